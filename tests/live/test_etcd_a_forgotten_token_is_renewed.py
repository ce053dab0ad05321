"""etcd keeps its tokens in memory: after its restart or five idle minutes it rejects the client's token."""

from harness.etcd_driver import EtcdDriver


def test_calls_work_again_after_a_restart(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version, auth=True)
    with EtcdDriver(etcd.endpoint, user=etcd.user, password=etcd.password, deadlineMs=3000) as client:
        lease = client.ok("grant", ttl=60)["id"]
        client.ok("transact", then=[{"put": "/cratekeeper/a", "value": "1", "lease": lease}])
        etcd.stop()
        assert client.error("keepAlive", lease=lease)["retryable"]
        etcd.start()
        assert client.ok("transact", then=[{"put": "/cratekeeper/a", "value": "2", "lease": lease}])["succeeded"]
        assert client.ok("keepAlive", lease=lease)["id"] == lease

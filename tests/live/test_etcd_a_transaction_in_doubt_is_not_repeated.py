"""If the reply to a write is lost, the client says so and never retries the write by itself."""

from harness.etcd_driver import EtcdDriver
from harness.proxy import Proxy


def test_a_lost_reply_is_reported_and_the_write_happened_once(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version)
    with Proxy(etcd.port) as proxy, EtcdDriver(proxy.endpoint, etcd.endpoint, deadlineMs=2000) as client:
        client.ok("range", range="/a")
        proxy.swallow_answers = True
        doubt = client.error("transact", then=[{"put": "/a", "value": "x"}])
        assert "may have been carried out" in doubt["error"] and doubt["retryable"], doubt
        found = client.ok("range", range="/a")
        assert found["keyValues"][0]["value"] == "x"
        assert found["header"]["revision"] == found["keyValues"][0]["createRevision"] == 2, "written exactly once"


def test_a_lost_reply_of_a_read_is_asked_elsewhere(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version)
    with Proxy(etcd.port) as proxy, EtcdDriver(proxy.endpoint, etcd.endpoint, deadlineMs=2000) as client:
        proxy.swallow_answers = True
        assert client.ok("range", range="/a")["keyValues"] == []

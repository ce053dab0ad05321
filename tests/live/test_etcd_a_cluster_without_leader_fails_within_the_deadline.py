"""With two of three members gone no call hangs, and each error gives the reason."""

from harness.etcd_cluster import EtcdCluster
from harness.etcd_driver import EtcdDriver
from harness.wait import wait_until


def test_each_call_ends_in_time_and_says_why(workspace, tree, etcd_version):
    with EtcdCluster(workspace, etcd_version) as cluster:
        survivor, *others = cluster.members
        with EtcdDriver(*cluster.endpoints, deadlineMs=1500) as client:
            client.ok("transact", then=[{"put": "/a", "value": "x"}])
            lease = client.ok("grant", ttl=60)["id"]
            for member in others:
                member.kill()
            for verb, fields in (("range", {"range": "/a"}), ("grant", {"ttl": 5}), ("keepAlive", {"lease": lease}),
                                 ("transact", {"then": [{"put": "/a", "value": "y"}]})):
                failed = client.error(verb, **fields)
                assert failed["ms"] <= 1600 and failed["retryable"], failed
            # Once the survivor knows that it has no leader, it refuses at once.
            with EtcdDriver(survivor.endpoint, deadlineMs=1500) as alone:
                wait_until(lambda: "no leader" in alone.error("range", range="/a")["error"], 10,
                           "the survivor to notice that it has no leader")
            failed = client.error("range", range="/a")
            assert "etcd endpoints" in failed["error"] and failed["ms"] < 500, failed
            assert survivor.pid is not None

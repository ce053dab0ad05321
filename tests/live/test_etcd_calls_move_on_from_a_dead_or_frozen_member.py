"""Failover between the members of a cluster, within the deadline of one call."""

from harness.etcd_cluster import EtcdCluster
from harness.etcd_driver import EtcdDriver

# The deadline of one call; each of three members gets a third of it before the next one is tried.
DEADLINE_MS = 6000


def test_calls_go_on_while_one_member_after_the_other_fails(workspace, tree, etcd_version):
    with EtcdCluster(workspace, etcd_version) as cluster:
        leader = cluster.leader()
        first, second = [member for member in cluster.members if member is not leader]
        with EtcdDriver(first.endpoint, second.endpoint, leader.endpoint, deadlineMs=DEADLINE_MS) as client:
            lease = client.ok("grant", ttl=30)["id"]
            client.ok("transact", then=[{"put": "/a", "value": "x", "lease": lease}])

            first.kill()
            kept = client.call("keepAlive", lease=lease)
            assert kept["ok"]["id"] == lease and kept["ms"] < 500, kept
            assert client.ok("transact", then=[{"put": "/a", "value": "y", "lease": lease}])["succeeded"]

            first.start()
            second.freeze()
            kept = client.call("keepAlive", lease=lease)
            # The call asks the second member first, which had answered last, and waits for its share of the deadline.
            assert kept["ok"]["id"] == lease and 500 <= kept["ms"] <= DEADLINE_MS, kept
            assert client.call("keepAlive", lease=lease)["ms"] < 500, "the frozen one is not asked again"
            second.resume()


def test_a_frozen_member_costs_a_transaction_its_deadline_once(workspace, tree, etcd_version):
    with EtcdCluster(workspace, etcd_version) as cluster:
        leader = cluster.leader()
        frozen = next(member for member in cluster.members if member is not leader)
        with EtcdDriver(frozen.endpoint, leader.endpoint, deadlineMs=1000) as client:
            frozen.freeze()
            doubt = client.error("transact", then=[{"put": "/a", "value": "x"}])
            assert "may have been carried out" in doubt["error"] and doubt["ms"] < 1200, doubt
            assert client.ok("transact", then=[{"put": "/a", "value": "x"}])["succeeded"]
            frozen.resume()

"""While every etcd member is stopped for two minutes the database is not affected; then all are announced again."""

import time

import pytest


def peers(node):
    return node.read(f"/var/lib/cratekeeper/crate@{node.page('/v1/node')['slot']}/config/unicast_hosts.txt")


@pytest.mark.long
@pytest.mark.timeout(300)
def test_etcd_down_for_two_minutes_touches_no_database(cluster):
    members = [node for node in cluster.nodes if node.address in cluster.etcd.addresses]
    ids, containers, hosts = cluster.cluster_ids(), cluster.containers(), [peers(node) for node in cluster.nodes]
    with cluster.staying_ready(cluster.nodes), cluster.rows.writing(cluster.nodes):
        clock = cluster.clock("etcd stopped on all members")
        for node in members:
            node.systemctl("stop", "etcd-member.service")
        clock.until(lambda: all(node.component("etcd")["status"] == "warn" for node in cluster.nodes), 20, "warnings")
        time.sleep(120)
        clock.note("started again")
        written = len(cluster.rows.acknowledged)
        clock = cluster.clock("etcd started again after two minutes")
        for node in members:
            node.systemctl("start", "etcd-member.service")
        clock.until(lambda: cluster.etcd.leader() is not None, 30, "etcd has a leader")
        clock.until(lambda: cluster.announced() == {"n1", "n2", "n3", "n4"}, 20, "all keys in etcd")
        clock.until(lambda: all(node.component("etcd")["status"] == "pass" for node in cluster.nodes), 20, "no warning")
    assert written > 500
    assert cluster.containers() == containers and cluster.cluster_ids() == ids
    assert [peers(node) for node in cluster.nodes] == hosts
    for node in cluster.nodes:
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

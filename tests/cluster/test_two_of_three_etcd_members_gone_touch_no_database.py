"""While etcd has no majority for twenty seconds, every container keeps its process and every node stays ready."""

import time


def peers(node):
    return node.read(f"/var/lib/cratekeeper/crate@{node.page('/v1/node')['slot']}/config/unicast_hosts.txt")


def test_two_of_three_etcd_members_gone_touch_no_database(cluster):
    ids, containers, hosts = cluster.cluster_ids(), cluster.containers(), [peers(node) for node in cluster.nodes]
    with cluster.staying_ready(cluster.nodes), cluster.rows.writing(cluster.nodes):
        clock = cluster.clock("two of three members of etcd stopped")
        for node in cluster.nodes[:2]:
            node.systemctl("stop", "etcd-member.service")
        clock.until(lambda: all(node.component("etcd")["status"] == "warn" for node in cluster.nodes), 20, "warnings")
        time.sleep(20)
        clock = cluster.clock("both started again")
        for node in cluster.nodes[:2]:
            node.systemctl("start", "etcd-member.service")
        clock.until(lambda: all(node.component("etcd")["status"] == "pass" for node in cluster.nodes), 30, "no warning")
        clock.until(lambda: cluster.announced() == {"n1", "n2", "n3", "n4"}, 20, "all keys in etcd")
    assert cluster.containers() == containers and cluster.cluster_ids() == ids
    assert [peers(node) for node in cluster.nodes] == hosts
    for node in cluster.nodes:
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

"""While etcd has no majority for twenty seconds, every container keeps its process and every node stays ready."""

import time


def peers(node):
    return node.read(f"/var/lib/cratekeeper/crate@{node.page('/v1/node')['slot']}/config/unicast_hosts.txt")


def test_two_of_three_etcd_members_gone_touch_no_database(shelf):
    ids, containers, hosts = shelf.cluster_ids(), shelf.containers(), [peers(node) for node in shelf.nodes]
    with shelf.staying_ready(shelf.nodes), shelf.rows.writing(shelf.nodes):
        clock = shelf.clock("two of three members of etcd stopped")
        for node in shelf.nodes[:2]:
            node.systemctl("stop", "etcd-member.service")
        clock.until(lambda: all(node.component("etcd")["status"] == "warn" for node in shelf.nodes), 20, "warnings")
        time.sleep(20)
        clock = shelf.clock("both started again")
        for node in shelf.nodes[:2]:
            node.systemctl("start", "etcd-member.service")
        clock.until(lambda: all(node.component("etcd")["status"] == "pass" for node in shelf.nodes), 30, "no warning")
        clock.until(lambda: shelf.announced() == {"n1", "n2", "n3", "n4"}, 20, "all keys in etcd")
    assert shelf.containers() == containers and shelf.cluster_ids() == ids
    assert [peers(node) for node in shelf.nodes] == hosts
    for node in shelf.nodes:
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

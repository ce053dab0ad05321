"""While every etcd member is stopped for two minutes the database is not affected; then all nodes are announced again."""

import time

import pytest


def peers(node):
    return node.read(f"/var/lib/cratekeeper/crate@{node.page('/v1/node')['slot']}/config/unicast_hosts.txt")


@pytest.mark.long
@pytest.mark.timeout(300)
def test_etcd_down_for_two_minutes_touches_no_database(shelf):
    members = [node for node in shelf.nodes if node.address in shelf.etcd.addresses]
    ids, containers, hosts = shelf.cluster_ids(), shelf.containers(), [peers(node) for node in shelf.nodes]
    with shelf.staying_ready(shelf.nodes), shelf.rows.writing(shelf.nodes):
        clock = shelf.clock("etcd stopped on all members")
        for node in members:
            node.systemctl("stop", "etcd-member.service")
        clock.until(lambda: all(node.component("etcd")["status"] == "warn" for node in shelf.nodes), 20, "warnings")
        time.sleep(120)
        clock.note("started again")
        written = len(shelf.rows.acknowledged)
        clock = shelf.clock("etcd started again after two minutes")
        for node in members:
            node.systemctl("start", "etcd-member.service")
        clock.until(lambda: shelf.etcd.leader() is not None, 30, "etcd has a leader")
        clock.until(lambda: shelf.announced() == {"n1", "n2", "n3", "n4"}, 20, "all keys in etcd")
        clock.until(lambda: all(node.component("etcd")["status"] == "pass" for node in shelf.nodes), 20, "no warning")
    assert written > 500
    assert shelf.containers() == containers and shelf.cluster_ids() == ids
    assert [peers(node) for node in shelf.nodes] == hosts
    for node in shelf.nodes:
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

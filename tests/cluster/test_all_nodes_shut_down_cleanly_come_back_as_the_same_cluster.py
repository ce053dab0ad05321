"""After `systemctl poweroff` on all four nodes the databases stop cleanly, and the same cluster comes back."""

import concurrent.futures


def test_all_nodes_shut_down_cleanly_come_back_as_the_same_cluster(shelf):
    (cluster_id,) = shelf.cluster_ids()
    slots = {node.name: node.page("/v1/node")["slot"] for node in shelf.nodes}
    with shelf.rows.writing(shelf.nodes):
        shelf.wait_for(lambda: len(shelf.rows.acknowledged) > 20, 20, "some rows")
        clock = shelf.clock("poweroff of all nodes")
        with concurrent.futures.ThreadPoolExecutor() as hands:
            list(hands.map(lambda node: node.power_off(), shelf.nodes))
        clock.note("all are off")
    clock = shelf.clock("all nodes on again")
    shelf.boot()
    clock.note("four times systemd")
    clock.until(shelf.ready, 120, "all ready")
    assert shelf.cluster_ids() == {cluster_id}
    assert {node.name: node.page("/v1/node")["slot"] for node in shelf.nodes} == slots
    for node in shelf.nodes:
        last = node.run("journalctl", "--boot=-1", "--unit", f"crate@{slots[node.name]}.service").stdout
        assert "Deactivated successfully" in last, last[-2000:]
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

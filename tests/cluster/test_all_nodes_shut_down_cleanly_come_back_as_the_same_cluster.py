"""After `systemctl poweroff` on all four nodes the databases stop cleanly, and the same cluster comes back."""

import concurrent.futures


def test_all_nodes_shut_down_cleanly_come_back_as_the_same_cluster(cluster):
    (cluster_id,) = cluster.cluster_ids()
    slots = {node.name: node.page("/v1/node")["slot"] for node in cluster.nodes}
    with cluster.rows.writing(cluster.nodes):
        cluster.wait_for(lambda: len(cluster.rows.acknowledged) > 20, 20, "some rows")
        clock = cluster.clock("poweroff of all nodes")
        with concurrent.futures.ThreadPoolExecutor() as hands:
            list(hands.map(lambda node: node.power_off(), cluster.nodes))
        clock.note("all are off")
    clock = cluster.clock("all nodes on again")
    cluster.boot()
    clock.note("four times systemd")
    clock.until(cluster.ready, 120, "all ready")
    assert cluster.cluster_ids() == {cluster_id}
    assert {node.name: node.page("/v1/node")["slot"] for node in cluster.nodes} == slots
    for node in cluster.nodes:
        last = node.run("journalctl", "--boot=-1", "--unit", f"crate@{slots[node.name]}.service").stdout
        assert "Deactivated successfully" in last, last[-2000:]
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

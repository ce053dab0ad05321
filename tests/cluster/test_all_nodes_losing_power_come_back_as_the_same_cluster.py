"""After a power loss of every node and etcd member the same cluster comes back with the same rows."""


def test_all_nodes_losing_power_come_back_as_the_same_cluster(shelf):
    (cluster_id,) = shelf.cluster_ids()
    with shelf.rows.writing(shelf.nodes):
        shelf.wait_for(lambda: len(shelf.rows.acknowledged) > 20, 20, "some rows")
        for node in shelf.nodes:
            node.power_cut()
    clock = shelf.clock("power back after a cut of all")
    shelf.boot()
    clock.note("four times systemd")
    clock.until(shelf.ready, 120, "all ready")
    assert shelf.cluster_ids() == {cluster_id}
    for node in shelf.nodes:
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

"""After a power loss of every node and etcd member the same cluster comes back with the same rows."""


def test_all_nodes_losing_power_come_back_as_the_same_cluster(cluster):
    (cluster_id,) = cluster.cluster_ids()
    with cluster.rows.writing(cluster.nodes):
        cluster.wait_for(lambda: len(cluster.rows.acknowledged) > 20, 20, "some rows")
        for node in cluster.nodes:
            node.power_cut()
    clock = cluster.clock("power back after a cut of all")
    cluster.boot()
    clock.note("four times systemd")
    clock.until(cluster.ready, 120, "all ready")
    assert cluster.cluster_ids() == {cluster_id}
    for node in cluster.nodes:
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

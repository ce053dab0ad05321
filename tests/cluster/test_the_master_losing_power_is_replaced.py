"""When the node of the elected master loses power, the others elect another and lose no acknowledged row."""


def test_the_master_losing_power_is_replaced(cluster):
    (cluster_id,) = cluster.cluster_ids()
    victim = cluster.master()
    others = cluster.others(victim)
    cluster.etcd.move_leader(next(node.address for node in others if node.address in cluster.etcd.addresses))
    containers = cluster.containers(others)
    with cluster.rows.writing(cluster.nodes):
        clock = cluster.clock("power cut of the master")
        victim.power_cut()
        clock.until(lambda: cluster.master() in others, 40, "another master")
        clock.until(lambda: cluster.ready(others), 20, "the others ready")
        clock.until(lambda: cluster.announced() == {node.name for node in others}, 20, "the right keys in etcd")
    with cluster.staying_ready(others):
        victim.boot()
        clock = cluster.clock("power of that node back, its systemd up")
        clock.until(lambda: cluster.ready([victim]), 60, "it is ready again")
    assert cluster.containers(others) == containers
    assert cluster.cluster_ids() == {cluster_id}
    for node in cluster.nodes:
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

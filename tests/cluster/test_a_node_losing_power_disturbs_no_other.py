"""When a node that is neither the database's master nor etcd's leader loses power, the others are not affected."""


def test_a_node_losing_power_disturbs_no_other(cluster):
    (cluster_id,) = cluster.cluster_ids()
    master = cluster.master()
    victim = next(node for node in cluster.others(master) if node.address != cluster.etcd.leader())
    others = cluster.others(victim)
    containers = cluster.containers(others)
    with cluster.staying_ready(others), cluster.rows.writing(cluster.nodes):
        clock = cluster.clock("power cut of a node")
        victim.power_cut()
        clock.until(lambda: cluster.announced() == {node.name for node in others}, 20, "its key gone from etcd")
        clock.until(lambda: f"nodes/{victim.machine_id}" not in cluster.registry(), 20, "its record gone from etcd")
        victim.boot()
        clock = cluster.clock("power of that node back, its systemd up")
        clock.until(lambda: cluster.ready([victim]), 60, "it is ready again")
    assert cluster.master() is master
    assert cluster.containers(others) == containers
    assert cluster.cluster_ids() == {cluster_id}
    for node in cluster.nodes:
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

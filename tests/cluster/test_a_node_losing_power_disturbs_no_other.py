"""When a node that is neither the database's master nor etcd's leader loses power, the others are not affected."""


def test_a_node_losing_power_disturbs_no_other(shelf):
    (cluster_id,) = shelf.cluster_ids()
    master = shelf.master()
    victim = next(node for node in shelf.others(master) if node.address != shelf.etcd.leader())
    others = shelf.others(victim)
    containers = shelf.containers(others)
    with shelf.staying_ready(others), shelf.rows.writing(shelf.nodes):
        clock = shelf.clock("power cut of a node")
        victim.power_cut()
        clock.until(lambda: shelf.announced() == {node.name for node in others}, 20, "its key gone from etcd")
        clock.until(lambda: f"nodes/{victim.machine_id}" not in shelf.registry(), 20, "its record gone from etcd")
        victim.boot()
        clock = shelf.clock("power of that node back, its systemd up")
        clock.until(lambda: shelf.ready([victim]), 60, "it is ready again")
    assert shelf.master() is master
    assert shelf.containers(others) == containers
    assert shelf.cluster_ids() == {cluster_id}
    for node in shelf.nodes:
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

"""When the node of the elected master loses power, the others elect another and lose no acknowledged row."""


def test_the_master_losing_power_is_replaced(shelf):
    (cluster_id,) = shelf.cluster_ids()
    victim = shelf.master()
    others = shelf.others(victim)
    shelf.etcd.move_leader(next(node.address for node in others if node.address in shelf.etcd.addresses))
    containers = shelf.containers(others)
    with shelf.rows.writing(shelf.nodes):
        clock = shelf.clock("power cut of the master")
        victim.power_cut()
        clock.until(lambda: shelf.master() in others, 40, "another master")
        clock.until(lambda: shelf.ready(others), 20, "the others ready")
        clock.until(lambda: shelf.announced() == {node.name for node in others}, 20, "the right keys in etcd")
    with shelf.staying_ready(others):
        victim.boot()
        clock = shelf.clock("power of that node back, its systemd up")
        clock.until(lambda: shelf.ready([victim]), 60, "it is ready again")
    assert shelf.containers(others) == containers
    assert shelf.cluster_ids() == {cluster_id}
    for node in shelf.nodes:
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

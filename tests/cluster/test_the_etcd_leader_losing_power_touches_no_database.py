"""When the node of etcd's leader loses power, etcd elects another, and the other nodes stay announced and ready."""


def test_the_etcd_leader_losing_power_touches_no_database(shelf):
    (cluster_id,) = shelf.cluster_ids()
    master = shelf.master()
    victim = next(node for node in shelf.others(master) if node.address in shelf.etcd.addresses)
    shelf.etcd.move_leader(victim.address)
    shelf.wait_for(lambda: shelf.etcd.leader() == victim.address, 10, f"{victim.name} to lead")
    others = shelf.others(victim)
    names, containers = {node.name for node in others}, shelf.containers(others)
    with shelf.staying_ready(others), shelf.rows.writing(others):
        clock = shelf.clock("power cut of etcd's leader")
        victim.power_cut()
        clock.until(lambda: shelf.etcd.leader() not in (None, victim.address), 20, "another leader of etcd")
        clock.until(lambda: shelf.announced() == names, 30, "the right keys in etcd")
        clock.until(lambda: all(node.component("etcd")["status"] == "pass" for node in others), 30,
                    "no etcd warning on the others")
        assert shelf.announced() == names
        victim.boot()
        clock = shelf.clock("power of that node back, its systemd up")
        clock.until(lambda: shelf.ready([victim]) and all(shelf.etcd.status()), 60, "ready, three members of etcd")
    assert shelf.master() is master and shelf.containers(others) == containers
    assert shelf.cluster_ids() == {cluster_id}
    for node in shelf.nodes:
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

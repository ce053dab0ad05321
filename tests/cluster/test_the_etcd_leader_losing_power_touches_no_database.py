"""When the node of etcd's leader loses power, etcd elects another, and the other nodes stay announced and ready."""


def test_the_etcd_leader_losing_power_touches_no_database(cluster):
    (cluster_id,) = cluster.cluster_ids()
    master = cluster.master()
    victim = next(node for node in cluster.others(master) if node.address in cluster.etcd.addresses)
    cluster.etcd.move_leader(victim.address)
    cluster.wait_for(lambda: cluster.etcd.leader() == victim.address, 10, f"{victim.name} to lead")
    others = cluster.others(victim)
    names, containers = {node.name for node in others}, cluster.containers(others)
    with cluster.staying_ready(others), cluster.rows.writing(others):
        clock = cluster.clock("power cut of etcd's leader")
        victim.power_cut()
        clock.until(lambda: cluster.etcd.leader() not in (None, victim.address), 20, "another leader of etcd")
        clock.until(lambda: cluster.announced() == names, 30, "the right keys in etcd")
        clock.until(lambda: all(node.component("etcd")["status"] == "pass" for node in others), 30,
                    "no etcd warning on the others")
        assert cluster.announced() == names
        victim.boot()
        clock = cluster.clock("power of that node back, its systemd up")
        clock.until(lambda: cluster.ready([victim]) and all(cluster.etcd.status()), 60, "ready, three members of etcd")
    assert cluster.master() is master and cluster.containers(others) == containers
    assert cluster.cluster_ids() == {cluster_id}
    for node in cluster.nodes:
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

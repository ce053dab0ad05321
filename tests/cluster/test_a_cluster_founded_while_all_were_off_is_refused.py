"""etcd is wiped while all nodes are off, and a new one founds a cluster: the agent refuses the old node, wiping nothing."""


def test_a_cluster_founded_while_all_were_off_is_refused(make_shelf, etcd_beside):
    shelf = make_shelf(etcd=etcd_beside, count=1, config="[Cluster]\nInitialNodes=1\n").boot().until_ready()
    sleeper = shelf.nodes[0]
    shelf.rows.write(sleeper)
    (old,) = shelf.cluster_ids()
    sleeper.power_cut()
    etcd_beside.stop()
    etcd_beside.wipe()
    etcd_beside.start()
    newcomer = shelf.add("n2").boot()
    shelf.until_ready(60, [newcomer])
    (new,) = shelf.cluster_ids([newcomer])
    sleeper.boot()
    shelf.wait_for(lambda: "belonged to cluster id" in sleeper.status_text(), 30, "the refusal")
    for word in ("n1 belonged to cluster id " + old, new, "/cratekeeper/crate/cluster-id", "etcdctl"):
        assert word in sleeper.component("cluster-id")["output"]
    assert sleeper.run("docker", "ps", "--quiet").stdout == "" and shelf.ready([newcomer])

    # The suggested next step: remove the newcomer and its keys.
    newcomer.power_cut()
    etcd_beside.etcdctl("del", "--prefix", "/cratekeeper/crate/")
    shelf.until_ready(60, [sleeper])
    assert shelf.cluster_ids([sleeper]) == {old} and shelf.rows.all_in(sleeper)

"""etcd is wiped while all nodes are off, and a new one founds a cluster: the old node is refused, but not wiped."""


def test_a_cluster_founded_while_all_were_off_is_refused(make_cluster, etcd_beside):
    cluster = make_cluster(etcd=etcd_beside, count=1, config="[Cluster]\nInitialNodes=1\n").boot().until_ready()
    sleeper = cluster.nodes[0]
    cluster.rows.write(sleeper)
    (old,) = cluster.cluster_ids()
    sleeper.power_cut()
    etcd_beside.stop()
    etcd_beside.wipe()
    etcd_beside.start()
    newcomer = cluster.add("n2").boot()
    cluster.until_ready(60, [newcomer])
    (new,) = cluster.cluster_ids([newcomer])
    sleeper.boot()
    cluster.wait_for(lambda: "belonged to cluster id" in sleeper.status_text(), 30, "the refusal")
    for word in ("n1 belonged to cluster id " + old, new, "/cratekeeper/crate/cluster-id", "etcdctl"):
        assert word in sleeper.component("cluster-id")["output"]
    assert sleeper.run("docker", "ps", "--quiet").stdout == "" and cluster.ready([newcomer])

    # The suggested next step: remove the newcomer and its keys.
    newcomer.power_cut()
    etcd_beside.etcdctl("del", "--prefix", "/cratekeeper/crate/")
    cluster.until_ready(60, [sleeper])
    assert cluster.cluster_ids([sleeper]) == {old} and cluster.rows.all_in(sleeper)

"""After an operator deletes the list of first voters and overwrites the cluster id, no node votes again or leaves."""

KEYS = "/cratekeeper/crate/"


def test_keys_lost_or_edited_manually_move_no_node(make_cluster, etcd_beside):
    cluster = make_cluster(etcd=etcd_beside, count=2, config="[Cluster]\nInitialNodes=2\n").boot().until_ready()
    old = list(cluster.nodes)
    cluster.rows.write(old[0])
    (ours,), containers = cluster.cluster_ids(), cluster.containers()
    with cluster.staying_ready(old):
        etcd_beside.etcdctl("del", KEYS + "bootstrap")
        etcd_beside.put(KEYS + "cluster-id", '{"v":1,"id":"scribble"}')
        etcd_beside.put(KEYS + "members/" + "f" * 32, '{"v":1,"name":"n1","slot":1}')
        cluster.wait_for(lambda: "changed manually" in old[0].component("etcd").get("output", ""), 20, "the warning")
        late = cluster.add("n3").boot()
        cluster.until_ready(60)
        assert "initial_master_nodes" not in late.read("/var/lib/cratekeeper/crate@3/config/crate.yml")
        # The next steps that the warnings suggest.
        etcd_beside.etcdctl("del", KEYS + "cluster-id")
        assert old[0].run("cratectl", "forget", "--yes", "f" * 32, check=False).returncode == 4, "n1 is alive"
        etcd_beside.etcdctl("del", KEYS + "members/" + "f" * 32)
        cluster.wait_for(lambda: all(node.component("etcd")["status"] == "pass" for node in cluster.nodes), 20, "calm")
    assert cluster.registry()["cluster-id"]["id"] == ours and cluster.cluster_ids() == {ours}
    assert cluster.containers(old) == containers and "bootstrap" not in cluster.registry()
    cluster.wait_for(lambda: cluster.rows.all_in(late), 20, "every acknowledged row on the late one")

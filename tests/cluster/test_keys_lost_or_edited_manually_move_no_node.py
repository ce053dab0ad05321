"""After an operator deletes the list of first voters and overwrites the cluster id, no node votes again or leaves."""

KEYS = "/cratekeeper/crate/"


def test_keys_lost_or_edited_manually_move_no_node(make_shelf, etcd_beside):
    shelf = make_shelf(etcd=etcd_beside, count=2, config="[Cluster]\nInitialNodes=2\n").boot().until_ready()
    old = list(shelf.nodes)
    shelf.rows.write(old[0])
    (ours,), containers = shelf.cluster_ids(), shelf.containers()
    with shelf.staying_ready(old):
        etcd_beside.etcdctl("del", KEYS + "bootstrap")
        etcd_beside.put(KEYS + "cluster-id", '{"v":1,"id":"scribble"}')
        etcd_beside.put(KEYS + "members/" + "f" * 32, '{"v":1,"name":"n1","slot":1}')
        shelf.wait_for(lambda: "changed manually" in old[0].component("etcd").get("output", ""), 20, "the warning")
        late = shelf.add("n3").boot()
        shelf.until_ready(60)
        assert "initial_master_nodes" not in late.read("/var/lib/cratekeeper/crate@3/config/crate.yml")
        # The next steps that the warnings suggest.
        etcd_beside.etcdctl("del", KEYS + "cluster-id")
        assert old[0].run("cratectl", "forget", "--yes", "f" * 32, check=False).returncode == 4, "n1 is alive"
        etcd_beside.etcdctl("del", KEYS + "members/" + "f" * 32)
        shelf.wait_for(lambda: all(node.component("etcd")["status"] == "pass" for node in shelf.nodes), 20, "calm")
    assert shelf.registry()["cluster-id"]["id"] == ours and shelf.cluster_ids() == {ours}
    assert shelf.containers(old) == containers and "bootstrap" not in shelf.registry()
    shelf.wait_for(lambda: shelf.rows.all_in(late), 20, "every acknowledged row on the late one")

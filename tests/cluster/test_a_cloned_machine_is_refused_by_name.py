"""A machine cloned with its machine-id starts no database and names the machine that it is a copy of."""


def test_a_cloned_machine_is_refused_by_name(cluster):
    original, containers, originals = cluster.nodes[0], cluster.containers(), list(cluster.nodes)
    ids = cluster.cluster_ids()
    with cluster.staying_ready(originals), cluster.rows.writing(originals):
        clone = cluster.add("clone")
        clone.machine_id = original.machine_id
        clone.boot()
        clock = cluster.clock("a clone of n1 switched on, its systemd up")
        clock.until(lambda: "announces our machine-id" in clone.status_text(), 30, "refused by name")
        assert "systemd-machine-id-setup" in clone.component("cluster-id")["output"]
        assert clone.run("docker", "ps", "--quiet").stdout == ""
        assert cluster.registry()[f"nodes/{original.machine_id}"]["name"] == original.name
        cluster.remove(clone)
    assert cluster.containers() == containers and cluster.cluster_ids() == ids
    for node in cluster.nodes:
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

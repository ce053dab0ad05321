"""A machine cloned with its machine-id starts no database and names the machine that it is a copy of."""


def test_a_cloned_machine_is_refused_by_name(shelf):
    original, containers, originals = shelf.nodes[0], shelf.containers(), list(shelf.nodes)
    ids = shelf.cluster_ids()
    with shelf.staying_ready(originals), shelf.rows.writing(originals):
        clone = shelf.add("clone")
        clone.machine_id = original.machine_id
        clone.boot()
        clock = shelf.clock("a clone of n1 switched on, its systemd up")
        clock.until(lambda: "announces our machine-id" in clone.status_text(), 30, "refused by name")
        assert "systemd-machine-id-setup" in clone.component("cluster-id")["output"]
        assert clone.run("docker", "ps", "--quiet").stdout == ""
        assert shelf.registry()[f"nodes/{original.machine_id}"]["name"] == original.name
        shelf.remove(clone)
    assert shelf.containers() == containers and shelf.cluster_ids() == ids
    for node in shelf.nodes:
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

"""A disk image was copied with its machine-id: the clone starts nothing and says which machine it is a copy of."""


def test_a_cloned_machine_is_refused_by_name(make_shelf):
    shelf = make_shelf(count=3).boot().until_ready()
    original, containers = shelf.nodes[0], shelf.containers()
    clone = shelf.add("clone")
    clone.machine_id = original.machine_id
    clone.boot()
    shelf.wait_for(lambda: "announces our machine-id" in clone.status_text(), 30, "the refusal")
    assert "systemd-machine-id-setup" in clone.component("cluster-id")["output"]
    assert clone.run("docker", "ps", "--quiet").stdout == ""
    assert shelf.registry()[f"nodes/{original.machine_id}"]["name"] == original.name
    assert shelf.ready(shelf.nodes[:3]) and shelf.containers(shelf.nodes[:3]) == containers

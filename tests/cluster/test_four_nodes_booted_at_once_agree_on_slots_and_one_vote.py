"""Four machines switched on together get four slots and render the same list of first voters."""


def rendered(node, slot, name):
    return node.read(f"/var/lib/cratekeeper/crate@{slot}/config/{name}")


def test_four_nodes_booted_at_once_agree_on_slots_and_one_vote(make_cluster):
    # Without a master there is no cluster id, which would remove the list again.
    cluster = make_cluster(count=4, standin={"STANDIN_NO_MASTER": "1"}).boot()
    cluster.wait_for(lambda: sum(key.startswith("members/") for key in cluster.registry()) == 4, 60, "four members")
    cluster.wait_for(lambda: "bootstrap" in cluster.registry(), 30, "the list of first voters")
    registry = cluster.registry()
    slots = {key.removeprefix("members/"): value["slot"] for key, value in registry.items()
             if key.startswith("members/")}
    assert sorted(slots.values()) == [1, 2, 3, 4]

    voters = registry["bootstrap"]["initial_master_nodes"]
    assert len(voters) >= 3 and voters == sorted(set(voters))
    every_peer = "".join(sorted(f"{node.address}:4300\n" for node in cluster.nodes))
    for node in cluster.nodes:
        slot = slots[node.machine_id]
        cluster.wait_for(lambda: node.active_state(f"crate@{slot}.service") == "active", 30, f"{node.name}'s container")
        cluster.wait_for(lambda: rendered(node, slot, "unicast_hosts.txt") == every_peer, 10, f"{node.name}'s peers")
        settings = rendered(node, slot, "crate.yml")
        listed = [line for line in settings.splitlines() if line.startswith("cluster.initial_master_nodes")]
        if node.name in voters:
            assert listed == ["cluster.initial_master_nodes: " + str(voters).replace("'", '"').replace(", ", ",")]
        else:
            assert listed == []

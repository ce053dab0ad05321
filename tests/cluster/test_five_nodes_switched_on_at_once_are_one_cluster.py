"""Five blank machines switched on together, two more than the first vote needs, never form two clusters."""


def test_five_nodes_switched_on_at_once_are_one_cluster(make_shelf):
    shelf = make_shelf(count=5)
    clock = shelf.clock("five nodes switched on at once")
    shelf.boot()
    clock.until(shelf.is_whole, 120, "one healthy cluster")
    (cluster_id,) = shelf.cluster_ids()
    registry = shelf.registry()
    assert registry["cluster-id"]["id"] == cluster_id
    slots = [value["slot"] for key, value in registry.items() if key.startswith("members/")]
    assert sorted(slots) == [1, 2, 3, 4, 5]
    voters = registry["bootstrap"]["initial_master_nodes"]
    assert len(voters) >= 3 and set(voters) <= {"n1", "n2", "n3", "n4", "n5"}
    shelf.rows.write(shelf.nodes[4])
    for node in shelf.nodes:
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every row on {node.name}")

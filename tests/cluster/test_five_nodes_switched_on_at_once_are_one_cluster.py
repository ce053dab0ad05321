"""Five blank machines switched on together, two more than the first vote needs, never form two clusters."""


def test_five_nodes_switched_on_at_once_are_one_cluster(make_cluster):
    cluster = make_cluster(count=5)
    clock = cluster.clock("five nodes switched on at once")
    cluster.boot()
    clock.until(cluster.is_whole, 120, "one healthy cluster")
    (cluster_id,) = cluster.cluster_ids()
    registry = cluster.registry()
    assert registry["cluster-id"]["id"] == cluster_id
    slots = [value["slot"] for key, value in registry.items() if key.startswith("members/")]
    assert sorted(slots) == [1, 2, 3, 4, 5]
    voters = registry["bootstrap"]["initial_master_nodes"]
    assert len(voters) >= 3 and set(voters) <= {"n1", "n2", "n3", "n4", "n5"}
    cluster.rows.write(cluster.nodes[4])
    for node in cluster.nodes:
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every row on {node.name}")

"""All four become ready with one cluster id; a node that loses its power comes back into the same cluster."""


def cluster_ids(shelf):
    return {node.page("/v1/node")["cluster_id"] for node in shelf.nodes}


def test_four_nodes_become_one_cluster_and_keep_it_through_a_power_cut(make_shelf):
    shelf = make_shelf(count=4).boot()
    shelf.wait_for(lambda: all(node.status_code() == 200 for node in shelf.nodes), 90, "all nodes to be ready")
    (first,) = cluster_ids(shelf)
    assert first and shelf.registry()["cluster-id"]["id"] == first

    victim = shelf.nodes[1]
    containers = {node.name: [node.container_pid(f"crate-{slot}") for slot in range(1, 5)] for node in shelf.nodes
                  if node is not victim}
    victim.power_cut()
    shelf.wait_for(lambda: sum(key.startswith("nodes/") for key in shelf.registry()) == 3, 20, "the record to go")
    assert all(node.status_code() == 200 for node in shelf.nodes if node is not victim)
    victim.boot()
    shelf.wait_for(lambda: victim.status_code() == 200, 90, "the node to be back")
    assert cluster_ids(shelf) == {first}
    for node in shelf.nodes:
        if node is not victim:
            assert containers[node.name] == [node.container_pid(f"crate-{slot}") for slot in range(1, 5)]

"""All four become ready with one cluster id; a node that loses its power comes back, and no row is lost."""

from harness.cluster import rows, write_rows


def test_four_nodes_become_one_cluster_and_keep_it_through_a_power_cut(make_shelf):
    shelf = make_shelf(count=4).boot().until_ready()
    (first,) = shelf.cluster_ids()
    shelf.wait_for(lambda: shelf.registry().get("cluster-id", {}).get("id") == first, 5, "the cluster id in etcd")
    assert write_rows(shelf.nodes[2], range(10)) == 10

    victim, others = shelf.nodes[1], [shelf.nodes[0], shelf.nodes[2], shelf.nodes[3]]
    containers = shelf.containers(others)
    victim.power_cut()
    shelf.wait_for(lambda: sum(key.startswith("nodes/") for key in shelf.registry()) == 3, 20, "the record to go")
    shelf.until_ready(30, others)
    victim.boot()
    shelf.until_ready()
    assert shelf.cluster_ids() == {first}
    assert shelf.containers(others) == containers
    shelf.wait_for(lambda: rows(victim) == 10, 20, "all rows")

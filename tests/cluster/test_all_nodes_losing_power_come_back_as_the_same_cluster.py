"""The fuse blows: every node, every etcd member. Power returns, and it is the same cluster with the same rows."""

from harness.cluster import rows, write_rows


def test_all_nodes_losing_power_come_back_as_the_same_cluster(make_shelf):
    shelf = make_shelf(count=4).boot().until_ready()
    (first,) = shelf.cluster_ids()
    assert write_rows(shelf.nodes[0], range(5)) == 5
    for node in shelf.nodes:
        node.power_cut()
    shelf.boot().until_ready(120)
    assert shelf.cluster_ids() == {first}
    shelf.wait_for(lambda: rows(shelf.nodes[3]) == 5, 20, "all rows")

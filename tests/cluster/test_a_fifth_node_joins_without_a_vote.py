"""A node that comes a week later: a slot of its own, no list of first voters, the same cluster."""


def test_a_fifth_node_joins_without_a_vote(make_shelf):
    shelf = make_shelf(count=3).boot().until_ready()
    (first,) = shelf.cluster_ids()
    fifth = shelf.add("late").boot()
    shelf.until_ready()
    assert shelf.cluster_ids() == {first}
    assert fifth.page("/v1/node")["slot"] == 4
    assert "initial_master_nodes" not in fifth.read("/var/lib/cratekeeper/crate@4/config/crate.yml")
    assert "late" not in shelf.registry()["bootstrap"]["initial_master_nodes"]

"""A cluster refuses a node of another cluster; the node says so, and neither changes."""

import time

from harness.standin_cluster import StandinCluster, introduce, members


def test_a_node_of_another_cluster_is_refused_and_never_merged(make_standin):
    ours = StandinCluster(make_standin, "n1", "n2", "n3").start()
    our_id = ours.until_formed()
    theirs = StandinCluster(make_standin, "m1", "m2").start()
    their_id = theirs.until_formed()
    stray, = theirs.others(theirs.master())  # of two nodes only the master is a voter
    for node in theirs.nodes.values():
        node.kill()
    introduce(stray, *ours.nodes.values())
    stray.start().until_says(f"different cluster uuid {our_id} than local cluster uuid {their_id}, rejecting", timeout=10)
    time.sleep(1)
    assert stray.status() == 503
    assert members(ours["n1"]) == ["n1", "n2", "n3"]
    assert ours.until_formed() == our_id
    assert f"than local cluster uuid {their_id}, rejecting" in ours.master().says()


def test_two_complete_clusters_that_know_each_other_stay_two(make_standin):
    one = StandinCluster(make_standin, "n1", listed=["n1"])
    two = StandinCluster(make_standin, "m1", listed=["m1"])
    introduce(one["n1"], two["m1"])
    introduce(two["m1"], one["n1"])
    ids = {one.start().until_formed(), two.start().until_formed()}
    time.sleep(1)
    assert len(ids) == 2
    assert (members(one["n1"]), members(two["m1"])) == (["n1"], ["m1"])


def test_a_node_with_another_cluster_name_is_not_let_in(make_standin):
    cluster = StandinCluster(make_standin, "n1", "n2", "n3", listed=["n1", "n2"])
    cluster["n3"].settings["cluster.name"] = "other"
    cluster.start().until_formed("n1", "n2")
    cluster["n1"].until_says("remote cluster name [other] does not match local cluster name [test]")
    assert cluster["n3"].status() == 503

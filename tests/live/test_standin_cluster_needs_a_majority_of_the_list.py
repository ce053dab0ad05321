"""The first election needs more than half of cluster.initial_master_nodes, where each entry means one node."""

import time

from harness.standin_cluster import StandinCluster


def test_two_of_three_listed_nodes_form_the_cluster_and_the_third_joins_it(make_standin):
    cluster = StandinCluster(make_standin, "n1", "n2", "n3").start("n1", "n2")
    cluster_id = cluster.until_formed("n1", "n2")
    cluster.start("n3")
    assert cluster.until_formed() == cluster_id
    assert "setting initial configuration" not in cluster["n3"].says()


def test_two_of_four_listed_nodes_wait(make_standin):
    cluster = StandinCluster(make_standin, "n1", "n2", "n3", "n4").start("n1", "n2")
    cluster["n1"].until_says("started")
    time.sleep(2)
    assert [cluster[name].cluster_id() for name in ("n1", "n2")] == ["_na_", "_na_"]


def test_an_entry_that_means_two_nodes_cancels_the_vote(make_standin):
    cluster = StandinCluster(make_standin, "n1", "n2", listed=["127.0.0.1", "n7"]).start()
    for node in cluster.nodes.values():
        node.until_says("bootstrapping cancelled: requirement [127.0.0.1] matches multiple nodes")
        assert node.status() == 503

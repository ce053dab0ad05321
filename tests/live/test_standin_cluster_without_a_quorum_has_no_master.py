"""A node that reaches at most half of the voters answers 503 and 5031, and continues when the others are back."""

from harness.standin_cluster import StandinCluster


def test_one_of_three_has_no_master_until_another_is_back(make_standin):
    cluster = StandinCluster(make_standin, "n1", "n2", "n3").start()
    cluster_id = cluster.until_formed()
    cluster["n2"].kill()
    cluster["n3"].kill()
    alone = cluster["n1"].until_status(503, timeout=10)
    answer = alone.sql("CREATE TABLE t (id BIGINT)")
    assert (answer.status, answer.json()["error"]["code"]) == (503, 5031)
    assert alone.cluster_id() == cluster_id
    cluster.start("n2")
    assert cluster.until_formed("n1", "n2") == cluster_id


def test_a_stopped_cluster_starts_again_with_its_id(make_standin):
    cluster = StandinCluster(make_standin, "n1", "n2", "n3").start()
    cluster_id = cluster.until_formed()
    for node in cluster.nodes.values():
        assert node.terminate() == 143
    for node in cluster.nodes.values():
        node.settings["cluster.initial_master_nodes"] = None
    assert cluster.start().until_formed() == cluster_id

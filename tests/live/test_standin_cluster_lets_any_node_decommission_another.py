"""ALTER CLUSTER DECOMMISSION on one node ends another with 0; it leaves sys.nodes, and the cluster continues."""

from harness.standin_cluster import StandinCluster


def test_a_node_is_decommissioned_by_its_name_from_another(make_standin):
    cluster = StandinCluster(make_standin, "n1", "n2", "n3")
    for node in cluster.nodes.values():
        node.environment["STANDIN_DECOMMISSION_SECONDS"] = "1"
    cluster_id = cluster.start().until_formed()
    assert cluster["n1"].sql("ALTER CLUSTER DECOMMISSION 'n3'").json()["rowcount"] == 1
    assert cluster["n3"].exit_status() == 0
    assert cluster.until_formed("n1", "n2") == cluster_id
    assert cluster["n1"].sql("ALTER CLUSTER DECOMMISSION 'n3'").json()["error"]["code"] == 5000

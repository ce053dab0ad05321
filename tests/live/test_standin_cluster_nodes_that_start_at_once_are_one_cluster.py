"""Nodes with the same initial masters that start together form one cluster with one id on every disk."""

import json

from harness.standin_cluster import StandinCluster


def test_nodes_that_start_at_once_are_one_cluster(make_standin):
    cluster = StandinCluster(make_standin, "n1", "n2", "n3", "n4").start()
    cluster_id = cluster.until_formed()
    assert len(cluster_id) == 22
    for node in cluster.nodes.values():
        assert node.status() == 200
        kept = json.loads((node.data / "nodes/0/_state/cluster.json").read_text())
        assert kept["state"]["uuid"] == cluster_id and kept["cluster_uuid_committed"]
    answer = cluster["n2"].sql("SELECT name, port['http'] FROM sys.nodes ORDER BY name").json()
    assert answer["rows"] == [[name, node.http_port] for name, node in cluster.nodes.items()]

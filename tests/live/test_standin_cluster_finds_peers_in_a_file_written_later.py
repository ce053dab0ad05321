"""Without a master nodes read unicast_hosts.txt again, and tell each other which nodes they know."""

from harness.standin_cluster import StandinCluster, introduce


def test_peers_are_found_in_a_file_written_after_the_start(make_standin):
    cluster = StandinCluster(make_standin, "n1", "n2", "n3")
    for node in cluster.nodes.values():
        (node.directory / "unicast_hosts.txt").unlink()
    cluster.start()
    for node in cluster.nodes.values():
        node.until_says("expected, but did not find, a dynamic hosts list")
        assert node.status() == 503
    for name in ("n2", "n3"):
        introduce(cluster[name], cluster["n1"])
    cluster.until_formed()

"""The voting configuration is odd and at least three: of nodes that stop one by one, two of three remain."""

import json

from harness.standin_cluster import StandinCluster
from harness.wait import wait_until


def voters(node):
    return len(json.loads((node.data / "nodes/0/_state/cluster.json").read_text())["state"]["voting_nodes"])


def test_five_nodes_become_three_voters_but_never_fewer(make_standin):
    names = ["n1", "n2", "n3", "n4", "n5"]
    cluster = StandinCluster(make_standin, *names).start()
    cluster_id = cluster.until_formed()
    assert voters(cluster["n1"]) == 5
    for left in (4, 3, 2):
        cluster[names[left]].kill()
        assert cluster.until_formed(*names[:left]) == cluster_id
        wait_until(lambda: voters(cluster["n1"]) == 3, 5, "three voters")
    cluster["n2"].kill()
    cluster["n1"].until_status(503, timeout=10)
    assert voters(cluster["n1"]) == 3

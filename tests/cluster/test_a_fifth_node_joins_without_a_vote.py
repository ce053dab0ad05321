"""A node that joins later gets its own slot and no list of first voters, joins the same cluster, and has all rows."""

from harness.sql import query


def test_a_fifth_node_joins_without_a_vote(make_cluster):
    cluster = make_cluster(count=4).boot().until_ready()
    ids, old, containers = cluster.cluster_ids(), list(cluster.nodes), cluster.containers()
    with cluster.staying_ready(old), cluster.rows.writing(old):
        late = cluster.add("late").boot()
        clock = cluster.clock("a fifth node switched on, its systemd up")
        clock.until(cluster.ready, 60, "all ready")
    assert cluster.cluster_ids() == ids and cluster.containers(old) == containers
    assert late.page("/v1/node")["slot"] == 5
    assert "initial_master_nodes" not in late.read("/var/lib/cratekeeper/crate@5/config/crate.yml")
    assert "late" not in cluster.registry()["bootstrap"]["initial_master_nodes"]
    for node in cluster.nodes:
        assert [["late"]] == query(node, "SELECT name FROM sys.nodes WHERE name = 'late'")
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

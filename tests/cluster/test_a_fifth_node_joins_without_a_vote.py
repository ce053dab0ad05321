"""A node that joins later gets its own slot and no list of first voters, joins the same cluster, and has all rows."""

from harness.sql import query


def test_a_fifth_node_joins_without_a_vote(make_shelf):
    shelf = make_shelf(count=4).boot().until_ready()
    ids, old, containers = shelf.cluster_ids(), list(shelf.nodes), shelf.containers()
    with shelf.staying_ready(old), shelf.rows.writing(old):
        late = shelf.add("late").boot()
        clock = shelf.clock("a fifth node switched on, its systemd up")
        clock.until(shelf.ready, 60, "all ready")
    assert shelf.cluster_ids() == ids and shelf.containers(old) == containers
    assert late.page("/v1/node")["slot"] == 5
    assert "initial_master_nodes" not in late.read("/var/lib/cratekeeper/crate@5/config/crate.yml")
    assert "late" not in shelf.registry()["bootstrap"]["initial_master_nodes"]
    for node in shelf.nodes:
        assert [["late"]] == query(node, "SELECT name FROM sys.nodes WHERE name = 'late'")
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

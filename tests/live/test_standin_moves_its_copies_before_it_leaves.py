"""ALTER CLUSTER DECOMMISSION waits until the copies satisfy min_availability, and then exits with 0."""

import http.client

import pytest

from harness.standin_cluster import PATIENCE, StandinCluster, members, rows
from harness.wait import wait_until

COPIES = "SELECT node['name'], state, primary FROM sys.shards ORDER BY primary DESC"
SETTINGS = "SELECT settings['cluster']['graceful_stop'] FROM sys.cluster"
NAMES = ("n1", "n2", "n3")


@pytest.fixture
def form(make_standin):
    """A cluster whose table has its primary on n1 and its replica on n2."""
    def made(*names, version="6.4.5", sql=()):
        cluster = StandinCluster(make_standin, *(names or NAMES))
        for node in cluster.nodes.values():
            node.environment |= {"STANDIN_VERSION": version, "STANDIN_DECOMMISSION_SECONDS": "0"}
        cluster.start().until_formed()
        assert cluster["n2"].sql("CREATE TABLE t (id BIGINT)").status == 200
        until_copies(cluster["n2"], [["n1", "STARTED", True], ["n2", "STARTED", False]])
        assert cluster["n2"].sql("INSERT INTO t (id) VALUES (1), (2)").status == 200
        for statement in sql:
            assert cluster["n2"].sql(f"SET GLOBAL TRANSIENT {statement}").status == 200, statement
        # Acknowledged by a majority: the leaving node may not know it yet.
        wanted = rows(cluster["n2"], SETTINGS)
        wait_until(lambda: all(rows(node, SETTINGS) == wanted for node in cluster.nodes.values()), PATIENCE,
                   f"every node to have {sql}")
        return cluster
    return made


def until_copies(node, wanted):
    wait_until(lambda: rows(node, COPIES) == wanted, PATIENCE, lambda: f"{wanted}, but {rows(node, COPIES)}\n{node.says()}")


def test_primaries_leave_and_replicas_stay(form):
    cluster = form()
    assert cluster["n2"].sql("ALTER CLUSTER DECOMMISSION 'n1'").status == 200
    until_copies(cluster["n2"], [["n3", "STARTED", True], ["n2", "STARTED", False]])
    assert cluster["n1"].exit_status(PATIENCE) == 0
    assert rows(cluster["n3"], "SELECT id FROM t ORDER BY id") == [[1], [2]]


def test_a_replica_stays_where_only_primaries_have_to_go(form):
    cluster = form()
    assert cluster["n3"].sql("ALTER CLUSTER DECOMMISSION 'n2'").status == 200
    assert cluster["n2"].exit_status(PATIENCE) == 0
    assert "the copies of this node are where they have to be" in cluster["n2"].says()
    until_copies(cluster["n1"], [["n1", "STARTED", True], ["n3", "STARTED", False]])


def test_with_full_everything_leaves_before_the_exit(form):
    cluster = form(sql=["cluster.graceful_stop.min_availability = 'full'"])
    cluster["n2"].environment["STANDIN_DECOMMISSION_SECONDS"] = "5"
    cluster["n3"].sql("ALTER CLUSTER DECOMMISSION 'n2'")
    until_copies(cluster["n1"], [["n1", "STARTED", True], ["n3", "STARTED", False]])
    assert rows(cluster["n1"], "SELECT health, underreplicated_shards FROM sys.health") == [["GREEN", 0]]
    assert cluster["n2"].exit_status(PATIENCE) == 0


def test_with_none_nothing_moves(form):
    cluster = form(sql=["cluster.graceful_stop.min_availability = none"])
    cluster["n3"].sql("ALTER CLUSTER DECOMMISSION 'n1'")
    assert cluster["n1"].exit_status(PATIENCE) == 0
    assert "where they have to be" not in cluster["n1"].says()
    # The existing replica becomes the primary.
    until_copies(cluster["n2"], [["n2", "STARTED", True], ["n3", "STARTED", False]])
    assert rows(cluster["n3"], "SELECT id FROM t ORDER BY id") == [[1], [2]]


HOPELESS = ["cluster.graceful_stop.min_availability = 'full', cluster.graceful_stop.timeout = '2s'"]


def refuses_sessions(node):
    try:
        return node.sql("SELECT 1").status != 200
    except (http.client.RemoteDisconnected, ConnectionError):
        return True


def test_with_full_two_nodes_never_get_there_and_the_node_stays(form):
    cluster = form("n1", "n2", sql=HOPELESS)
    cluster["n1"].sql("ALTER CLUSTER DECOMMISSION 'n2'")
    cluster["n2"].until_says("new sessions are refused")
    assert refuses_sessions(cluster["n2"])
    assert cluster["n2"].status() == 200
    cluster["n2"].until_says("Aborting graceful shutdown due to error: timed out waiting")
    wait_until(lambda: not refuses_sessions(cluster["n2"]), PATIENCE, "sessions to be welcome again")
    assert members(cluster["n1"]) == ["n1", "n2"]


@pytest.mark.parametrize("version, more", [("6.4.3", []), ("6.4.4", ["cluster.graceful_stop.force = true"])])
def test_up_to_6_4_3_or_with_force_it_exits_all_the_same(form, version, more):
    cluster = form("n1", "n2", version=version, sql=HOPELESS + more)
    cluster["n1"].sql("ALTER CLUSTER DECOMMISSION 'n2'")
    assert cluster["n2"].exit_status(PATIENCE) == 0
    assert ("continuing anyway" if version == "6.4.3" else "Forcing the exit") in cluster["n2"].says()


def test_a_node_that_left_may_come_back_and_take_copies(form):
    cluster = form()
    cluster["n2"].sql("ALTER CLUSTER DECOMMISSION 'n1'")
    assert cluster["n1"].exit_status(PATIENCE) == 0
    wait_until(lambda: members(cluster["n2"]) == ["n2", "n3"], PATIENCE, "n1 to be gone")
    cluster.start("n1").until_formed()
    cluster["n2"].sql("ALTER CLUSTER DECOMMISSION 'n3'")
    assert cluster["n3"].exit_status(PATIENCE) == 0
    until_copies(cluster["n1"], [["n1", "STARTED", True], ["n2", "STARTED", False]])

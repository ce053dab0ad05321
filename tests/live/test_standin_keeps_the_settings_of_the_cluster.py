"""SET GLOBAL and RESET GLOBAL: on all nodes, persistent or transient, and their effect on allocation."""

import pytest

from harness.standin_cluster import PATIENCE, StandinCluster, members, rows
from harness.wait import wait_until

STOP = "settings['cluster']['graceful_stop']"
ENABLE = "SELECT settings['cluster']['routing']['allocation']['enable'] FROM sys.cluster"


@pytest.fixture
def cluster(make_standin):
    made = StandinCluster(make_standin, "n1", "n2", "n3").start()
    made.until_formed()
    return made


def test_they_are_seen_on_every_node_and_reset_to_what_the_file_says(make_standin):
    cluster = StandinCluster(make_standin, "n1", "n2", settings={"cluster.graceful_stop.timeout": "10m"}).start()
    cluster.until_formed()
    all_of_it = f"SELECT {STOP}['min_availability'], {STOP}['timeout'], {STOP}['force'] FROM sys.cluster"
    assert rows(cluster["n1"], all_of_it) == [["primaries", "10m", False]]
    assert cluster["n1"].sql('SET GLOBAL TRANSIENT cluster.graceful_stop.min_availability = full, '
                             '"cluster.graceful_stop.timeout" TO \'6m\', cluster.graceful_stop.force = true').status == 200
    wait_until(lambda: rows(cluster["n2"], all_of_it) == [["full", "6m", True]], PATIENCE, "n2 to see it")
    assert cluster["n2"].sql("RESET GLOBAL cluster.graceful_stop.timeout, cluster.graceful_stop.force").status == 200
    wait_until(lambda: rows(cluster["n1"], all_of_it) == [["full", "10m", False]], PATIENCE, "n1 to see it")


def test_a_full_restart_keeps_the_persistent_and_forgets_the_transient(cluster):
    assert cluster["n1"].sql("SET GLOBAL PERSISTENT cluster.graceful_stop.force = true").status == 200
    assert cluster["n1"].sql("SET GLOBAL TRANSIENT cluster.routing.allocation.enable = 'primaries'").status == 200
    assert rows(cluster["n1"], ENABLE) == [["primaries"]]
    cluster["n2"].terminate()
    cluster.start("n2").until_formed()
    wait_until(lambda: rows(cluster["n2"], ENABLE) == [["primaries"]], PATIENCE, "a node alone to learn it again")
    for node in cluster.nodes.values():
        node.terminate()
    cluster.start().until_formed()
    wait_until(lambda: rows(cluster["n1"], ENABLE) == [["all"]], PATIENCE, "the transient setting to be gone")
    assert rows(cluster["n1"], f"SELECT {STOP}['force'] FROM sys.cluster") == [[True]]


REFUSED = {"an unknown setting": ("cluster.graceful_stop.patience = 1", 400),
           "one that needs a restart": ("gateway.expected_data_nodes = 3", 400),
           "a word that is no choice": ("cluster.routing.allocation.enable = 'some'", 400),
           "a time without a unit": ("cluster.graceful_stop.timeout = 5", 400)}


@pytest.mark.parametrize("setting, status", REFUSED.values(), ids=REFUSED)
def test_what_it_does_not_take_is_refused(make_standin, setting, status):
    assert make_standin().start().until_status(200).sql(f"SET GLOBAL {setting}").status == status


def health(node):
    return rows(node, "SELECT health, severity, missing_shards, underreplicated_shards FROM sys.health")


def until_health(node, *wanted):
    wait_until(lambda: health(node) == [list(wanted)], PATIENCE, lambda: f"{wanted}, not {health(node)}\n{node.says()}")


def test_with_primaries_no_replica_is_made(cluster):
    cluster["n1"].sql("SET GLOBAL TRANSIENT cluster.routing.allocation.enable = 'primaries'")
    assert cluster["n1"].sql("CREATE TABLE t (id BIGINT)").status == 200
    until_health(cluster["n2"], "YELLOW", 2, 0, 1)
    assert rows(cluster["n2"], "SELECT state, node['name'] FROM sys.shards") == [["STARTED", "n1"], ["UNASSIGNED", None]]
    cluster["n1"].sql("RESET GLOBAL cluster.routing.allocation.enable")
    until_health(cluster["n2"], "GREEN", 1, 0, 0)


@pytest.mark.parametrize("enable, comes_back", [("primaries", True), ("new_primaries", False)])
def test_with_new_primaries_a_primary_that_returns_stays_away(cluster, enable, comes_back):
    """A pitfall of older guides: with new_primaries a returning node cannot take its own primaries back."""
    cluster["n2"].sql(f"SET GLOBAL TRANSIENT cluster.routing.allocation.enable = '{enable}'")
    assert cluster["n2"].sql("CREATE TABLE t (id BIGINT)").status == 200
    assert cluster["n2"].sql("INSERT INTO t (id) VALUES (1)").status == 200
    cluster["n1"].kill()
    until_health(cluster["n2"], "RED", 3, 1, 1)
    cluster.start("n1").until_formed()
    if not comes_back:
        assert health(cluster["n2"]) == [["RED", 3, 1, 1]]
        assert cluster["n2"].sql("SELECT id FROM t").json()["error"]["code"] == 5002
        cluster["n2"].sql("SET GLOBAL TRANSIENT cluster.routing.allocation.enable = 'primaries'")
    until_health(cluster["n2"], "YELLOW", 2, 0, 1)
    assert rows(cluster["n3"], "SELECT id FROM t") == [[1]]
    assert members(cluster["n3"]) == ["n1", "n2", "n3"]

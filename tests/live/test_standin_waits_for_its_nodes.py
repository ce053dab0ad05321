"""The gateway settings delay the tables until enough nodes are present; node checks report bad gateway settings."""

import pytest

from harness.standin_cluster import PATIENCE, StandinCluster, rows
from harness.wait import wait_until

GATEWAY = {"gateway.expected_data_nodes": 3, "gateway.recover_after_data_nodes": 2}
RECOVERED = "recovered [1] indices into cluster_state"


@pytest.fixture
def stopped(make_standin):
    """Three nodes with rows, all of them killed."""
    cluster = StandinCluster(make_standin, "n1", "n2", "n3", settings=GATEWAY).start()
    cluster.until_formed()
    wait_until(lambda: cluster["n1"].sql("CREATE TABLE t (id BIGINT)").status == 200, PATIENCE, "a table")
    assert cluster["n1"].sql("INSERT INTO t (id) VALUES (1), (2)").status == 200
    wait_until(lambda: rows(cluster["n1"], "SELECT health FROM sys.health") == [["GREEN"]], PATIENCE, "GREEN")
    for node in cluster.nodes.values():
        node.kill()
        node.log.write_text("")
    return cluster


def test_too_few_nodes_have_a_master_and_no_tables(stopped):
    for node in stopped.nodes.values():
        node.settings["gateway.recover_after_data_nodes"] = 3
    stopped.start("n1", "n2").until_formed("n1", "n2")
    node = stopped["n1"]
    assert node.status() == 200
    for statement in ("SELECT id FROM t", "INSERT INTO t (id) VALUES (3)", "CREATE TABLE t (id BIGINT)", "REFRESH TABLE t",
                      "SELECT state FROM sys.shards", "SET GLOBAL TRANSIENT cluster.graceful_stop.force = true"):
        answer = node.sql(statement)
        assert (answer.status, answer.json()["error"]["code"]) == (503, 5035), statement
    assert node.sql("SELECT 1").status == 200
    assert rows(node, "SELECT table_name FROM sys.health") == []
    assert rows(node, "SELECT health FROM sys.cluster_health") == [["YELLOW"]]
    stopped.start("n3")
    wait_until(lambda: rows(node, "SELECT id FROM t ORDER BY id") == [[1], [2]], PATIENCE, "the rows")
    assert node.cluster_id() == stopped["n3"].cluster_id()


def test_enough_nodes_but_not_all_wait_for_the_time(stopped):
    for node in stopped.nodes.values():
        node.settings["gateway.recover_after_time"] = "3s"
    stopped.start("n1", "n2").until_formed("n1", "n2")
    master = stopped["n1"] if "delaying" in stopped["n1"].says() else stopped["n2"]
    master.until_says("delaying initial state recovery for [3000ms]")
    assert stopped["n1"].sql("SELECT id FROM t").json()["error"]["code"] == 5035
    master.until_says(RECOVERED)
    wait_until(lambda: rows(stopped["n2"], "SELECT id FROM t ORDER BY id") == [[1], [2]], PATIENCE, "the rows")


def test_a_single_node_that_waits_for_no_other_recovers_at_once(make_standin):
    standin = make_standin().start().until_status(200)
    assert standin.sql("CREATE TABLE t (id BIGINT)").status == 200
    standin.kill()
    standin.start().until_status(200).until_says(RECOVERED)


CHECKS = {"as they should be": ({}, [True, True, True]),
          "another number of nodes": ({"gateway.expected_data_nodes": 4, "gateway.recover_after_data_nodes": 3},
                                      [False, True, True]),
          "no majority": ({"gateway.recover_after_data_nodes": 1}, [True, False, True]),
          "no time": ({"gateway.recover_after_time": "0s"}, [True, True, False]),
          "nothing is set": (dict.fromkeys(GATEWAY), [False, False, True])}


def test_node_checks_tell_what_is_wrong_with_the_settings(make_standin):
    names = [f"n{number}" for number in range(1, 4)]
    cluster = StandinCluster(make_standin, *names, settings=GATEWAY).start()
    cluster.until_formed()
    for settings, passed in CHECKS.values():
        node = cluster["n3"]
        node.terminate()
        node.settings.update({**GATEWAY, "gateway.recover_after_time": None, **settings})
        node.start()
        cluster.until_formed()
        assert [row[0] for row in rows(node, "SELECT passed FROM sys.node_checks ORDER BY id")] == passed, settings
    assert node.sql("UPDATE sys.node_checks SET acknowledged = TRUE WHERE id = 1").json()["rowcount"] == 1
    assert rows(node, "SELECT id FROM sys.node_checks WHERE passed = false AND acknowledged = false") == [[2]]

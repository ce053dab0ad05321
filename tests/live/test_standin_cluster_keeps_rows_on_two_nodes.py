"""Table t has a primary and a replica: acknowledged rows survive the loss of either node."""

import threading

import pytest

from harness.standin_cluster import PATIENCE, StandinCluster, rows
from harness.wait import wait_until

COPIES = "SELECT node['name'], state FROM sys.shards ORDER BY primary DESC"


def until_green(node):
    wait_until(lambda: rows(node, "SELECT health FROM sys.health") == [["GREEN"]], PATIENCE,
               lambda: f"sys.health to be GREEN, copies are {rows(node, COPIES)}, log:\n{node.says()}")


def ids(node):
    """The rows that a node returns once the table is available."""
    return {row[0] for row in wait_until(lambda: rows(node, "SELECT id FROM t"), PATIENCE, "the rows of t")}


@pytest.fixture
def cluster(make_standin):
    made = StandinCluster(make_standin, "n1", "n2", "n3").start()
    made.until_formed()
    assert made["n3"].sql("CREATE TABLE t (id BIGINT PRIMARY KEY)").json()["rowcount"] == 1
    until_green(made["n3"])
    return made


def test_rows_are_seen_from_every_node_and_kept_on_two(cluster):
    assert rows(cluster["n2"], COPIES) == [["n1", "STARTED"], ["n2", "STARTED"]]
    assert cluster["n3"].sql("INSERT INTO t (id) VALUES (1), (2)").json()["rowcount"] == 2
    assert cluster["n2"].sql("INSERT INTO t (id) VALUES (2)").status == 409
    for node in cluster.nodes.values():
        assert ids(node) == {1, 2}
    files = [(node.data / "nodes/0/doc.t.jsonl") for node in cluster.nodes.values()]
    assert [path.exists() and path.read_text().splitlines()[1:] for path in files] == [["1", "2"], ["1", "2"], False]


@pytest.mark.parametrize("victim", ["n1", "n2"])
def test_no_acknowledged_row_is_lost_when_a_node_with_a_copy_is_killed(cluster, victim):
    acknowledged, sent = [], []
    stop = threading.Event()

    def insert():
        number = 0
        while not stop.is_set():
            number += 1
            sent.append(number)
            try:
                if cluster["n3"].sql("INSERT INTO t (id) VALUES (?)", args=[number]).status == 200:
                    acknowledged.append(number)
            except OSError:
                pass

    writer = threading.Thread(target=insert)
    writer.start()
    wait_until(lambda: len(acknowledged) > 20, PATIENCE, "twenty rows")
    cluster[victim].kill()
    before = len(acknowledged)
    wait_until(lambda: len(acknowledged) > before + 20, PATIENCE, "twenty more rows after the kill")
    stop.set()
    writer.join()
    until_green(cluster["n3"])
    assert set(acknowledged) <= ids(cluster["n3"]) <= set(sent)
    # The new replica is complete: after the loss of the node with the other copy nothing is missing.
    other, = {"n1", "n2"} - {victim}
    cluster.start(victim)
    cluster.until_formed()
    cluster[other].kill()
    wait_until(lambda: rows(cluster["n3"], COPIES) and "n3" in rows(cluster["n3"], COPIES)[0], PATIENCE, "n3 to be primary")
    assert set(acknowledged) <= ids(cluster["n3"])


def test_rows_survive_a_power_cut_of_all_nodes(cluster):
    cluster["n3"].sql("INSERT INTO t (id) VALUES (1), (2), (3)")
    for node in cluster.nodes.values():
        node.kill()
    cluster.start().until_formed()
    assert ids(cluster["n2"]) == {1, 2, 3}
    until_green(cluster["n1"])


def test_a_table_without_its_copies_is_red_until_one_is_back(make_standin):
    cluster = StandinCluster(make_standin, "n1", "n2", "n3", "n4", "n5").start()
    cluster.until_formed()
    cluster["n5"].sql("CREATE TABLE t (id BIGINT)")
    until_green(cluster["n5"])
    assert cluster["n5"].sql("INSERT INTO t (id) VALUES (1)").status == 200
    for node in cluster.nodes.values():
        node.kill()
    cluster.start("n3", "n4", "n5").until_formed("n3", "n4", "n5")
    assert rows(cluster["n3"], "SELECT health, severity FROM sys.health") == [["RED", 3]]
    assert cluster["n3"].sql("SELECT id FROM t").json()["error"]["code"] == 5002
    cluster.start("n2")
    until_green(cluster["n3"])
    assert ids(cluster["n3"]) == {1}

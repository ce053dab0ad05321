"""Nodes die one at a time, at random moments and in random ways, during writes: no acknowledged row is lost.

STANDIN_SEED=n replays one run.
"""

import os
import random
import signal
import threading
import time

from harness.standin_cluster import PATIENCE, StandinCluster, rows
from harness.wait import wait_until

SEEDS = [int(os.environ["STANDIN_SEED"])] if "STANDIN_SEED" in os.environ else [11, 12, 13]
ROUNDS = 4
ROWS = 10


class Writer:
    """Inserts numbers through the nodes in turn; records which were sent and which were acknowledged."""

    def __init__(self, nodes):
        self.sent, self.acknowledged, self._end = set(), set(), threading.Event()
        self._nodes = nodes
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        number = 0
        while not self._end.is_set():
            for node in self._nodes:
                number += 1
                self.sent.add(number)
                try:
                    if node.sql("INSERT INTO t (id) VALUES (?)", args=[number]).status == 200:
                        self.acknowledged.add(number)
                except OSError:
                    pass

    def stop(self):
        self._end.set()
        self._thread.join(PATIENCE)


def harm(chance, cluster, name):
    """Kills the node, stops it cleanly, or freezes it for a while; it is back at the end."""
    kind = chance.choice(["kill", "kill", "terminate", "freeze"])
    if kind == "freeze":
        cluster[name].process.send_signal(signal.SIGSTOP)
        time.sleep(chance.uniform(0.2, 3))
        cluster[name].process.send_signal(signal.SIGCONT)
        return kind
    cluster[name].kill() if kind == "kill" else cluster[name].terminate()
    time.sleep(chance.choice([0, chance.uniform(0.1, 3)]))
    cluster.start(name)
    return kind


def test_no_acknowledged_row_is_lost_whichever_node_dies(make_standin):
    names = ("n1", "n2", "n3")
    cluster = StandinCluster(make_standin, *names).start()
    cluster.until_formed()
    assert cluster["n1"].sql("CREATE TABLE t (id BIGINT PRIMARY KEY)").status == 200
    writer = Writer(list(cluster.nodes.values()))
    green = lambda: rows(cluster["n2"], "SELECT health FROM sys.health") == [["GREEN"]]  # noqa: E731
    for seed in SEEDS:
        chance = random.Random(seed)
        story = []
        for _ in range(ROUNDS):
            before = len(writer.acknowledged)
            wait_until(lambda: green() and len(writer.acknowledged) > before + ROWS, PATIENCE,
                       lambda: f"GREEN and {ROWS} more rows after {story} of seed {seed}\n{cluster['n2'].says()}")
            time.sleep(chance.uniform(0, 0.5))
            name = chance.choice(names)
            story.append((harm(chance, cluster, name), name))
            cluster.until_formed()
            wait_until(lambda: rows(cluster["n2"], "SELECT id FROM t") is not None, PATIENCE, "the table to be there")
            known = set(writer.acknowledged)
            there = {row[0] for row in rows(cluster["n2"], "SELECT id FROM t")}
            assert known <= there, f"seed {seed}, {story}: lost {sorted(known - there)[:9]}"
    writer.stop()
    assert {row[0] for row in rows(cluster["n3"], "SELECT id FROM t")} <= writer.sent

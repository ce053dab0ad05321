"""Tracks the acknowledged rows of a cluster's table t, so that a test can check that all of them are still there.

A row without an acknowledgement may or may not exist. No row is written twice, and none is deleted.
"""

import contextlib
import itertools
import threading

from .sql import query, sql

_TABLE = "CREATE TABLE t (id INTEGER)"
_PAUSE = 0.05  # between two rows of one writer: steady traffic, not a measurement of the disk


class Rows:
    """Every row gets a unique number for the life of the cluster."""

    def __init__(self):
        self.acknowledged = set()
        self._numbers = itertools.count()

    def write(self, node, count=10):
        """Inserts rows through this node; each must be acknowledged."""
        sql(node, _TABLE)
        for _ in range(count):
            if not self._insert(node, timeout=10):
                raise AssertionError(f"expected {node.name} to acknowledge a row while nothing is broken")

    def _insert(self, node, timeout):
        number = next(self._numbers)
        try:
            status, _ = sql(node, f"INSERT INTO t (id) VALUES ({number})", timeout)
        except OSError:
            return False
        if status == 200:
            self.acknowledged.add(number)
        return status == 200

    @contextlib.contextmanager
    def writing(self, nodes):
        """Inserts rows through all these nodes while the block runs, whatever happens to the nodes."""
        if not self.acknowledged:
            self.write(nodes[0], 1)
        end = threading.Event()

        def work(node):
            while not end.wait(_PAUSE):
                self._insert(node, timeout=5)

        writers = [threading.Thread(target=work, args=(node,), daemon=True) for node in nodes]
        for writer in writers:
            writer.start()
        try:
            yield self
        finally:
            end.set()
            for writer in writers:
                writer.join(20)

    def all_in(self, node):
        """Whether this node finds every acknowledged row; also False if it cannot answer."""
        found = query(node, "REFRESH TABLE t") is not None and query(node, "SELECT id FROM t")
        return bool(found) and self.acknowledged <= {row[0] for row in found}

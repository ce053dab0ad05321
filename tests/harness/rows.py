"""The rows of a shelf's table t: what was acknowledged, so that a test can ask whether all of it is still there.

A row without an acknowledgement may be there or not. Nothing is written again, and nothing is ever taken back.
"""

import contextlib
import itertools
import threading

from .sql import query, sql

_TABLE = "CREATE TABLE t (id INTEGER)"
_PAUSE = 0.05  # between two rows of one writer: steady traffic, not a measurement of the disk


class Rows:
    """Every row gets a number of its own for the life of the shelf."""

    def __init__(self):
        self.acknowledged = set()
        self._numbers = itertools.count()

    def write(self, node, count=10):
        """Inserts rows through this node; each has to be acknowledged."""
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
        """Inserts rows through all these nodes for as long as the block runs, whatever becomes of them."""
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
        """Whether this node finds every acknowledged row; False as well while it cannot tell."""
        found = query(node, "REFRESH TABLE t") is not None and query(node, "SELECT id FROM t")
        return bool(found) and self.acknowledged <= {row[0] for row in found}

"""Shelves of nodes for the cluster rung: one that tests share while it is healthy, and some for one test alone.

Only one shelf lives at a time, because each has the same names and addresses: the tests that share one run first.
"""

import contextlib

import pytest

from harness import clock
from harness.cluster import Shelf
from harness.demo import Demo
from harness.wait import Timeout


class SharedShelf:
    """Four nodes, booted when a test first asks for them, and again when a test left them broken."""

    def __init__(self, *arguments):
        self._arguments = arguments
        self._shelf = None

    def whole(self):
        """The shelf, as one healthy cluster."""
        if self._shelf is not None:
            with contextlib.suppress(Timeout, OSError, KeyError):
                self._shelf.wait_for(self._shelf.is_whole, 30, "one healthy cluster")
                return self._shelf
            self.close()
        self._shelf = Shelf(*self._arguments, count=4)
        start = self._shelf.clock("four nodes switched on at once")
        self._shelf.boot()
        start.until(self._shelf.is_whole, 90, "one healthy cluster")
        return self._shelf

    def close(self):
        if self._shelf is not None:
            self._shelf.close()
        self._shelf = None


@pytest.fixture(scope="session")
def shared_shelf(workspace, network, tree, installed):
    """Whoever wants the names n1 to n4 for itself closes it."""
    made = SharedShelf(workspace, network)
    yield made
    made.close()


@pytest.fixture
def shelf(shared_shelf):
    """Four nodes n1 to n4 that are one healthy cluster; the test leaves them so, or the next one gets new ones."""
    return shared_shelf.whole()


@pytest.fixture
def make_shelf(shared_shelf, workspace, network):
    """A function that makes several nodes, the first three etcd members, not booted yet: make_shelf(count=4)."""
    shared_shelf.close()
    made = []

    def make(**options):
        made.append(Shelf(workspace, network, **options))
        return made[-1]

    yield make
    for each in reversed(made):
        each.close()


@pytest.fixture
def etcd_beside(make_etcd, network):
    """One etcd beside the nodes, which a test may wipe: make_shelf(etcd=etcd_beside)."""
    return make_etcd("3.5", namespace=network.hub, address=network.ADDRESS)


@pytest.fixture
def make_demo(tree, installed):
    """A function that starts the demo."""
    made = []

    def make():
        made.append(Demo())
        return made[-1]

    yield make
    for each in made:
        each.close()


def pytest_collection_modifyitems(items):
    """The tests that share the shelf first."""
    items.sort(key=lambda item: "shelf" not in item.fixturenames)


def pytest_terminal_summary(terminalreporter):
    """Prints what was measured; no test depends on it."""
    if clock.MEASURED:
        terminalreporter.section("times")
        for line in clock.report():
            terminalreporter.line(line)

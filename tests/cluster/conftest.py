"""Clusters for the cluster tests: one that tests share while it is healthy, and separate ones for single tests.

Only one shelf exists at a time, because each has the same names and addresses: the tests that share one run first.
"""

import contextlib

import pytest

from harness import clock
from harness.cluster import Shelf
from harness.demo import Demo
from harness.wait import Timeout, wait_until


class SharedShelf:
    """Four nodes, booted when a test first asks for them, and again after a test left them broken."""

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
    """A fixture that needs the names n1 to n4 closes it."""
    made = SharedShelf(workspace, network)
    yield made
    made.close()


@pytest.fixture
def shelf(shared_shelf):
    """Four nodes n1 to n4 as one healthy cluster; if a test leaves them broken, the next one gets new ones."""
    return shared_shelf.whole()


@pytest.fixture
def make_shelf(shared_shelf, shared_demo, workspace, network):
    """A function that makes several nodes, the first three etcd members, not booted yet: make_shelf(count=4)."""
    shared_shelf.close()
    shared_demo.close()
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


class SharedDemo:
    """The demo at its prompt, started when a test first asks for it, and again after a test left it in another state."""

    def __init__(self):
        self._demo = None

    def whole(self):
        """The demo, with four nodes that are ready."""
        if self._demo is not None:
            with contextlib.suppress(AssertionError):
                wait_until(lambda: self._demo.do("status").count(": ready: ") == 4, 20, "four ready nodes", interval=0.5)
                return self._demo
            self.close()
        # Below another process of the same job, like make, which stops and continues before the demo does.
        self._demo = Demo("sh -c 'tools/demo/run --stand-in; true'")
        return self._demo.until_asked()

    def close(self):
        if self._demo is not None:
            self._demo.close()
        self._demo = None


@pytest.fixture(scope="session")
def shared_demo(tree, installed):
    """A fixture that starts its own demo or shelf closes it, because the machine is small."""
    made = SharedDemo()
    yield made
    made.close()


@pytest.fixture
def demo(shared_demo, shared_shelf):
    """The demo at its prompt with four ready nodes; if a test leaves it in another state, the next one gets a new one."""
    shared_shelf.close()
    return shared_demo.whole()


@pytest.fixture
def nothing_shared(shared_demo, shared_shelf, tree, installed):
    """Everything is built, and the machine is free for the test's own demo."""
    shared_demo.close()
    shared_shelf.close()


@pytest.fixture
def make_demo(nothing_shared):
    """A function that starts the demo on a terminal."""
    made = []

    def make():
        made.append(Demo())
        return made[-1]

    yield make
    for each in made:
        each.close()


def pytest_collection_modifyitems(items):
    """The tests that share a shelf first, then those that share a demo."""
    items.sort(key=lambda item: [name in item.fixturenames for name in ("shelf", "demo")], reverse=True)


def pytest_terminal_summary(terminalreporter):
    """Prints the measured times; no test depends on them."""
    if clock.MEASURED:
        terminalreporter.section("times")
        for line in clock.report():
            terminalreporter.line(line)

"""Clusters for the cluster tests: one that tests share while it is healthy, and separate ones for single tests.

Only one cluster exists at a time, because each has the same names and addresses: the tests that share one run first.
"""

import contextlib

import pytest

from harness import clock
from harness.cluster import Cluster
from harness.demo import Demo
from harness.wait import Timeout, wait_until


class SharedCluster:
    """Four nodes, booted when a test first asks for them, and again after a test left them broken."""

    def __init__(self, *arguments):
        self._arguments = arguments
        self._cluster = None

    def whole(self):
        """The cluster, once it is healthy."""
        if self._cluster is not None:
            with contextlib.suppress(Timeout, OSError, KeyError):
                self._cluster.wait_for(self._cluster.is_whole, 30, "one healthy cluster")
                return self._cluster
            self.close()
        self._cluster = Cluster(*self._arguments, count=4)
        start = self._cluster.clock("four nodes switched on at once")
        self._cluster.boot()
        start.until(self._cluster.is_whole, 90, "one healthy cluster")
        return self._cluster

    def close(self):
        if self._cluster is not None:
            self._cluster.close()
        self._cluster = None


@pytest.fixture(scope="session")
def shared_cluster(workspace, network, tree, installed):
    """A fixture that needs the names n1 to n4 closes it."""
    made = SharedCluster(workspace, network)
    yield made
    made.close()


@pytest.fixture
def cluster(shared_cluster):
    """Four nodes n1 to n4 as one healthy cluster; if a test leaves them broken, the next one gets new ones."""
    return shared_cluster.whole()


@pytest.fixture
def make_cluster(shared_cluster, shared_demo, workspace, network):
    """A function that makes several nodes, the first three etcd members, not booted yet: make_cluster(count=4)."""
    shared_cluster.close()
    shared_demo.close()
    made = []

    def make(**options):
        made.append(Cluster(workspace, network, **options))
        return made[-1]

    yield make
    for each in reversed(made):
        each.close()


@pytest.fixture
def etcd_beside(make_etcd, network):
    """One etcd beside the nodes, which a test may wipe: make_cluster(etcd=etcd_beside)."""
    return make_etcd("3.5", namespace=network.hub, address=network.ADDRESS)


class SharedDemo:
    """The demo at its prompt, started when a test first asks for it, and again after a test changed its state."""

    def __init__(self):
        self._demo = None

    def whole(self):
        """The demo, with four nodes that are ready."""
        if self._demo is not None:
            with contextlib.suppress(AssertionError):
                wait_until(lambda: self._demo.do("status").count(": ready: ") == 4, 20, "four ready nodes", interval=0.5)
                return self._demo
            self.close()
        # Below another process of the same job, like make; it stops and continues before the demo does.
        self._demo = Demo("sh -c 'tools/demo/run --stand-in; true'")
        return self._demo.until_asked()

    def close(self):
        if self._demo is not None:
            self._demo.close()
        self._demo = None


@pytest.fixture(scope="session")
def shared_demo(tree, installed):
    """A fixture that starts its own demo or cluster closes it, because the machine is small."""
    made = SharedDemo()
    yield made
    made.close()


@pytest.fixture
def demo(shared_demo, shared_cluster):
    """The demo at its prompt with four ready nodes; if a test changes its state, the next one gets a new one."""
    shared_cluster.close()
    return shared_demo.whole()


@pytest.fixture
def nothing_shared(shared_demo, shared_cluster, tree, installed):
    """Everything is built, and the machine is free for the test's own demo."""
    shared_demo.close()
    shared_cluster.close()


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
    """The tests that share a cluster first, then those that share a demo."""
    items.sort(key=lambda item: [name in item.fixturenames for name in ("cluster", "demo")], reverse=True)


def pytest_terminal_summary(terminalreporter):
    """Prints the measured times; no test depends on them."""
    if clock.MEASURED:
        terminalreporter.section("times")
        for line in clock.report():
            terminalreporter.line(line)

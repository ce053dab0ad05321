"""Fixtures of the live and cluster tests: one workspace and network per run, nodes and etcds per module or test.

Nothing here starts on import; each fixture removes what it made when its scope ends, and the workspace
always removes the rest. A test that exceeds its time limit fails with a stack trace.
"""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import pytest  # noqa: E402

from harness.agent import AgentNode  # noqa: E402
from harness.btrfs import Volume  # noqa: E402
from harness.etcd import Etcd  # noqa: E402
from harness.netns import Network  # noqa: E402
from harness.node import TREE, Node  # noqa: E402
from harness.registry import Registry  # noqa: E402
from harness.standin import Standin  # noqa: E402
from harness.workspace import REPOSITORY, Workspace  # noqa: E402


@pytest.fixture(scope="session")
def workspace():
    """The run: its directory, cgroup and namespaces."""
    with Workspace() as made:
        yield made


@pytest.fixture(scope="session")
def tree():
    """The root tree of the nodes, built if it is missing or outdated."""
    builder = "image/tree" if TREE.name == "image.tree" else "tests/tree/build"
    subprocess.run([REPOSITORY / builder], check=True, timeout=900)


@pytest.fixture(scope="session")
def network(workspace):
    """A bridge in a separate namespace, shared by the nodes of the run."""
    made = Network(workspace)
    yield made
    made.close()


@pytest.fixture(scope="module")
def node(workspace, network, tree):
    """A booted node without any of our software, shared by the tests of one module."""
    with Node(workspace, network, "bare") as made:
        yield made.boot()


@pytest.fixture
def make_node(workspace, network, tree):
    """A function that makes nodes (not booted yet) for one test: make_node("n1")."""
    made = []

    def make(name="n1", **options):
        made.append(Node(workspace, network, name, **options))
        return made[-1]

    yield make
    for each in reversed(made):
        each.close()


@pytest.fixture(params=["3.4", "3.5"])
def etcd_version(request):
    """Both supported versions of etcd."""
    return request.param


@pytest.fixture
def make_etcd(workspace, tree):
    """A function that starts etcds for one test: make_etcd("3.4", tls=True, auth=True)."""
    made = []

    def make(version="3.5", **options):
        made.append(Etcd(workspace, version, **options))
        return made[-1].start()

    yield make
    for each in reversed(made):
        each.close()


@pytest.fixture
def registry(workspace, network, tree):
    """A registry on the nodes' network; a node that pulls from it must trust it before it boots."""
    made = Registry(workspace, network)
    yield made.start()
    made.close()


@pytest.fixture
def make_volume(workspace):
    """A function that makes mounted Btrfs volumes for one test: make_volume(devices=2, profile="raid1")."""
    made = []

    def make(**options):
        made.append(Volume(workspace, **options))
        return made[-1]

    yield make
    for each in reversed(made):
        each.destroy()


@pytest.fixture(scope="session")
def installed():
    """The files of `make install`, for nodes to copy."""
    destination = REPOSITORY / "build/destdir"
    subprocess.run(["make", "--silent", "install", f"DESTDIR={destination}"], cwd=REPOSITORY, check=True, timeout=600)


@pytest.fixture
def make_agent(workspace, network, tree, installed, make_etcd):
    """A function that makes nodes with the agent on them, not booted yet: make_agent("n1", config="[Node]\\n...").

    Without an `etcd` each gets one of its own, on the nodes' network.
    """
    made = []

    def make(name="n1", etcd=None, **options):
        etcd = etcd or make_etcd("3.5", namespace=network.hub, address=network.ADDRESS)
        made.append(AgentNode(workspace, network, etcd, name, **options))
        return made[-1]

    yield make
    for each in reversed(made):
        each.close()


@pytest.fixture
def make_standin(workspace):
    """A function that makes CrateDB stand-ins on loopback (not started yet) for one test: make_standin("n1")."""
    made = []

    def make(name="n1", **options):
        made.append(Standin(workspace, name, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()

"""The image loads, its entry point switches to uid 1000 like the official one, and its data outlives the container."""

import json

import pytest

from harness.workspace import BUILD

IMAGE = "cratekeeper/crate-standin:6.4.5"
SINGLE = "-Cdiscovery.type=single-node"


@pytest.fixture(scope="module")
def docker(node):
    """The node's Docker with the image loaded."""
    node.load_image(BUILD / "standin/image.tar", IMAGE)
    return node.docker


@pytest.fixture
def crate(node, docker):
    """A function that runs the image in the background under the name crate; removed after the test."""
    node.run("mkdir", "--parents", "/data/crate")

    def run(*options, arguments=(SINGLE,)):
        docker("run", "--detach", "--name=crate", "--publish=4200:4200", *options, IMAGE, *arguments)
        return docker

    yield run
    docker("rm", "--force", "crate", check=False)
    node.run("rm", "--recursive", "--force", "/data/crate")


def until_master(node):
    def status():
        try:
            return node.http("/", port=4200)[0]
        except OSError:
            return None

    node.wait_for(lambda: status() == 200, 20, lambda: "a master; log: " + node.docker("logs", "crate", check=False))


def exit_status(node):
    node.wait_for(lambda: node.docker("inspect", "--format={{.State.Status}}", "crate") == "exited", 20, "the end")
    return int(node.docker("inspect", "--format={{.State.ExitCode}}", "crate"))


def cluster_id(node):
    body = json.dumps({"stmt": "SELECT id FROM sys.cluster"})
    return json.loads(node.http("/_sql", port=4200, method="POST", body=body)[2])["rows"][0][0]


def test_started_as_root_it_becomes_uid_1000_and_stops_with_143(node, crate):
    docker = crate("--volume=/data/crate:/data", arguments=("crate", SINGLE))
    until_master(node)
    pid = node.container_pid("crate")
    assert node.run("ps", "--no-headers", "-o", "uid", "--pid", pid).stdout.strip() == "1000"
    assert node.run("stat", "-c%u", "/data/crate/data/nodes").stdout.strip() == "1000"
    docker("stop", "crate")
    assert exit_status(node) == 143


def test_its_cluster_outlives_the_container(node, crate):
    crate("--volume=/data/crate:/data")
    until_master(node)
    before = cluster_id(node)
    node.docker("rm", "--force", "crate")
    crate("--volume=/data/crate:/data")
    until_master(node)
    assert cluster_id(node) == before


def test_as_root_without_cap_sys_chroot_it_fails(node, crate):
    crate("--cap-drop=SYS_CHROOT")
    assert exit_status(node) == 125
    assert "cannot change root directory" in node.run("docker", "logs", "crate").stderr


def test_as_uid_1000_it_needs_no_capability_but_its_own_data(node, crate):
    unprivileged = ("--user=1000", "--cap-drop=ALL", "--volume=/data/crate:/data")
    crate(*unprivileged)
    assert exit_status(node) == 1
    assert "path.data must be writable" in node.run("docker", "logs", "crate").stderr
    node.docker("rm", "crate")
    node.run("chown", "1000", "/data/crate")
    crate(*unprivileged)
    until_master(node)


def test_reachable_by_others_it_checks_the_machine_and_ends_with_78(node, crate):
    crate("--env=STANDIN_MIN_NOFILE=1000000000", arguments=("-Cdiscovery.seed_hosts=192.0.2.1",))
    assert exit_status(node) == 78

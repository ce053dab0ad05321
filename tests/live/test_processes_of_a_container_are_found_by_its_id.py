"""Finds the main process of a real Docker container by cgroup, even with a process that was added later."""

import subprocess
import tarfile

import pytest

from harness.systemd_driver import SystemdDriver
from harness.workspace import BUILD

# The driver is static and waits for input, so it can serve as a container.
IMAGE, PROGRAM = "driver:test", "/systemd_driver"


@pytest.fixture(name="driver", scope="module")
def make_driver(node, workspace):
    archive = workspace.make_directory("image") / "image.tar"
    with tarfile.open(archive, "w") as image:
        image.add(BUILD / "systemd_driver", PROGRAM)
    node.load_image(archive, IMAGE)
    with SystemdDriver(node, user="nobody") as driver:
        yield driver


@pytest.fixture(name="container")
def make_container(node):
    container = node.docker("run", "--detach", "--interactive", IMAGE, PROGRAM)
    yield container
    node.docker("rm", "--force", container)


def test_process_1_of_the_container_is_found_and_its_end_is_told(driver, node, container):
    pid = node.container_pid(container)
    assert driver.ask("main", container) == {"pid": pid}
    assert driver.ask("follow", str(pid)) == {"done": "follow"}
    node.run("kill", "-9", pid)
    assert driver.next_event("ended", timeout=2)["pid"] == pid
    node.wait_for(lambda: driver.ask("main", container) == {"pid": None}, 10, "the control group to go")


def test_a_process_that_was_added_later_is_not_taken_for_it(driver, node, container):
    pid = node.container_pid(container)
    added = subprocess.Popen(node.command_line("docker", "exec", "--interactive", container, PROGRAM),
                             stdin=subprocess.PIPE)
    try:
        node.wait_for(lambda: len(node.docker("top", container).splitlines()) == 3, 10, "the second process")
        assert driver.ask("main", container) == {"pid": pid}
    finally:
        added.stdin.close()
        added.wait(10)


def test_a_container_that_does_not_exist_has_no_process(driver):
    assert driver.ask("main", "0" * 64) == {"pid": None}


def test_what_is_no_container_id_never_reaches_a_path(driver):
    answer = driver.ask("main", "../../../etc/passwd")
    assert answer["terminal"] and "64 hexadecimal digits" in answer["error"]


def test_a_process_that_has_gone_cannot_be_followed(driver, node):
    gone = node.run("sh", "-c", "true & echo $!; wait").stdout.strip()
    assert "No such process" in driver.ask("follow", gone)["error"]

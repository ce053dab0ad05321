"""Machines for the vm tests: the tests share one while it is ready, because a boot takes minutes without KVM."""

import contextlib

import pytest

from harness.lan import Lan
from harness.vm import Machine
from harness.wait import Timeout
from harness.workspace import command


class SharedMachine:
    """Switched on when a test first asks for it, and again after a test left it off."""

    def __init__(self, workspace):
        self._workspace = workspace
        self.foreign = workspace.directory / "foreign.raw"
        self._machine = None

    def ready(self):
        """The machine, ready."""
        if self._machine is None:
            command("mkfs.ext4", "-q", "-F", self.foreign, "64M")
            self._machine = Machine(self._workspace, Lan(self._workspace, ["n1"]), "n1", self.foreign)
        if self._machine.running():
            with contextlib.suppress(Timeout):
                self._machine.until_ready(120)
                return self._machine
            self._machine.power_cut()
        return self._machine.boot()

    def close(self):
        if self._machine is not None:
            self._machine.close()


@pytest.fixture(scope="session")
def shared_machine(workspace):
    """One machine for all tests; it keeps the disks of its first boot."""
    made = SharedMachine(workspace)
    yield made
    made.close()


@pytest.fixture
def machine(shared_machine):
    """A one-machine node, ready; the test may leave it in any state."""
    return shared_machine.ready()


def pytest_collection_modifyitems(items):
    """The first boot first."""
    items.sort(key=lambda item: "first_boot" not in item.name)

"""Several machines on one network, switched on at once."""

import pytest

from harness.lan import Lan
from harness.vm import Machine

BOOT = 500  # seconds per machine: the machines share the processors that one machine has elsewhere


@pytest.fixture
def make_machines(workspace):
    """A function that makes machines with these names and waits until all are ready: make_machines("n1", "n2")."""
    machines = []

    def make(*names, **options):
        lan = Lan(workspace, names, **options)
        machines.extend(Machine(workspace, lan, name, watchdog=False) for name in names)
        for machine in machines:
            machine.switch_on()
        for machine in machines:
            machine.until_ready(BOOT * len(machines))
        return machines

    yield make
    for machine in reversed(machines):
        machine.close()

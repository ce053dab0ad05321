"""Three disks of one site, three machines on one cable, switched on at once: one cluster, and each finds the rows."""

import pytest

from harness.lan import Lan
from harness.vm import Machine

BOOT = 1500  # seconds; three machines share what one has elsewhere


@pytest.fixture
def machines(workspace):
    """n1, n2 and n3, all members of etcd, off."""
    names = ["n1", "n2", "n3"]
    lan = Lan(workspace, names)
    made = []
    for name in names:
        made.append(Machine(workspace, lan, name, watchdog=False))
    yield made
    for each in reversed(made):
        each.close()


def test_three_machines_become_one_cluster(machines):
    for machine in machines:
        machine.switch_on()
    for machine in machines:
        machine.until_ready(BOOT)
    nodes = [machine.node() for machine in machines]
    assert len({node["cluster_id"] for node in nodes} - {None}) == 1
    assert {node["slot"] for node in nodes} == {1, 2, 3}
    rows = machines[0].rows
    rows.write(20)
    for machine in machines:
        assert rows.all() <= rows.found(machine)

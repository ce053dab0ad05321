"""Two machines on one cable. Only one runs etcd, the other asks it: both are ready, in one cluster."""

import pytest

from harness.lan import Lan
from harness.vm import Machine

BOOT = 1200  # seconds; two machines share what one has elsewhere


@pytest.fixture
def machines(workspace):
    """n1, which runs etcd, and n2, off."""
    lan = Lan(workspace, ["n1", "n2"], etcd=["n1"])
    made = []
    for name in ("n1", "n2"):
        made.append(Machine(workspace, lan, name, watchdog=False))
    yield made
    for each in reversed(made):
        each.close()


def test_a_machine_without_etcd_becomes_a_node(machines):
    first, second = machines
    for machine in machines:
        machine.switch_on()
    for machine in machines:
        machine.until_ready(BOOT)
    assert second.shell("systemctl is-active etcd.service || true").strip() == "inactive"
    assert first.shell("systemctl is-active etcd.service").strip() == "active"
    assert first.node()["cluster_id"] == second.node()["cluster_id"] is not None
    first.rows.write(20)
    assert first.rows.all() <= first.rows.found(second)

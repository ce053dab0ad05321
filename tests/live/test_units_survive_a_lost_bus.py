"""When the system bus goes away, calls fail as retryable; when it returns, watchers refresh."""

import pytest

from harness.systemd_driver import SystemdDriver


@pytest.fixture(name="driver")
def make_driver(node):
    with SystemdDriver(node) as driver:
        yield driver.connected()
    node.systemctl("start", "dbus.socket")


def test_calls_fail_while_the_bus_is_away_and_work_when_it_is_back(driver, node):
    driver.send("watch", what="docker.service")
    node.systemctl("stop", "dbus.socket", "dbus.service")
    driver.next_event("look again")
    answer = driver.ask("list", "docker.service")
    assert "system bus" in answer["error"] and not answer["terminal"]
    driver.drain()
    node.systemctl("start", "dbus.socket")
    driver.next_event("look again", timeout=15)
    assert driver.unit("docker.service")["active"] == "active"
    assert driver.ask("state")["state"] in ("running", "degraded")


def test_signals_still_arrive_after_systemd_was_executed_again(driver, node):
    driver.send("watch", what="late.service")
    node.write("/run/systemd/system/late.service", "[Service]\nExecStart=/bin/sleep 100\n")
    node.run("systemctl", "daemon-reexec", check=False)
    node.wait_for(lambda: node.run("systemctl", "is-system-running", check=False).stdout.strip() != "", 10,
                  "systemd to answer again")
    driver.drain(quiet=1)
    node.systemctl("start", "late.service")
    driver.next_event("look again")
    assert driver.unit("late.service")["active"] == "active"
    node.systemctl("stop", "late.service")

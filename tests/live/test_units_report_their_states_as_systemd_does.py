"""What hal reports about units of a real systemd, through start, kill, restart and stop."""

import pytest

from harness.systemd_driver import SystemdDriver

TEMPLATE = """
[Service]
Type=notify
NotifyAccess=all
ExecStart=/bin/sh -c 'systemd-notify --ready --status=busy; echo last words; exec sleep 1000'
Restart=on-failure
RestartSec=300ms
"""
FAILING = "[Service]\nExecStart=/bin/sh -c 'echo too little memory; exit 78'\n"


@pytest.fixture(name="driver")
def make_driver(node):
    node.write("/run/systemd/system/life@.service", TEMPLATE)
    node.write("/run/systemd/system/failing.service", FAILING)
    node.systemctl("daemon-reload")
    with SystemdDriver(node) as driver:
        yield driver.connected()
    node.systemctl("stop", "life@*.service", "failing.service")
    node.systemctl("reset-failed")


def test_a_running_unit_has_a_state_and_a_status(driver, node):
    assert driver.ask("start", "life@1.service") == {"done": "start"}
    node.wait_for(lambda: driver.unit("life@1.service")["active"] == "active", 10, "the unit to run")
    unit = driver.unit("life@1.service")
    assert (unit["sub"], unit["status"], unit["exit"], unit["signal"]) == ("running", "busy", None, None)
    assert 0 <= unit["stateAgo"] < 10
    assert [each["name"] for each in driver.ask("list", "life@*.service")["units"]] == ["life@1.service"]


def test_a_kill_is_told_at_once_and_the_restart_is_counted(driver, node):
    driver.ask("start", "life@1.service")
    node.wait_for(lambda: driver.unit("life@1.service")["active"] == "active", 10, "the unit to run")
    pid = int(node.properties("life@1", "MainPID")["MainPID"])
    assert driver.ask("follow", str(pid)) == {"done": "follow"}
    driver.send("watch", what="life@*.service")
    node.run("kill", "-9", pid)
    assert driver.next_event("ended")["pid"] == pid
    driver.next_event("look again")
    unit = driver.unit("life@1.service")
    assert (unit["sub"], unit["result"], unit["signal"], unit["exit"]) == ("auto-restart", "signal", 9, None)
    node.wait_for(lambda: driver.unit("life@1.service")["active"] == "active", 10, "the unit to run again")
    assert driver.unit("life@1.service")["restarts"] == 1


def test_an_exit_code_and_the_last_lines_of_a_failed_unit(driver, node):
    driver.ask("start", "failing.service")
    node.wait_for(lambda: driver.unit("failing.service")["active"] == "failed", 10, "the unit to fail")
    unit = driver.unit("failing.service")
    assert (unit["result"], unit["exit"], unit["signal"]) == ("exit-code", 78, None)
    node.wait_for(lambda: driver.ask("log", "failing.service") == {"lines": ["too little memory"]}, 10,
                  "the journal to have the line")
    assert driver.ask("reset", "failing.service") == {"done": "reset"}
    assert driver.unit("failing.service")["active"] == "inactive"


def test_a_unit_that_is_not_loaded_is_seen_by_name_and_looking_causes_no_news(driver):
    driver.send("watch", what="life@*.service")
    driver.drain()
    assert driver.unit("life@7.service")["load"] == "loaded"
    assert driver.unit("nothing@7.service")["load"] == "not-found"
    assert driver.drain() == 0


def test_a_unit_that_does_not_exist_cannot_be_started_by_trying_again(driver):
    answer = driver.ask("start", "nothing.service")
    assert answer["terminal"] and "nothing.service" in answer["error"]
    assert driver.ask("reset", "nothing.service") == {"done": "reset"}

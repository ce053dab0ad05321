"""The shipped polkit rule: the agent's user may start crate@N and reset its failure, and nothing else."""

import pytest

from harness.systemd_driver import SystemdDriver
from harness.workspace import REPOSITORY

UNITS = REPOSITORY / "units"
CRATE = "[Service]\nExecStart=/bin/sleep 1000\n"


@pytest.fixture(name="driver", scope="module")
def make_driver(node):
    node.push(UNITS / "cratekeeper.polkit.rules", "/usr/share/polkit-1/rules.d/50-cratekeeper.rules")
    node.push(UNITS / "cratekeeper.sysusers.conf", "/usr/lib/sysusers.d/cratekeeper.conf")
    node.write("/run/systemd/system/crate@.service", CRATE)
    node.run("systemd-sysusers")
    node.systemctl("daemon-reload")
    node.systemctl("restart", "polkit.service")
    with SystemdDriver(node, user="cratekeeper") as driver:
        yield driver.connected()
    node.systemctl("stop", "crate@*.service")


@pytest.mark.parametrize("verb", ["start", "reset"])
def test_its_own_unit_obeys(driver, verb):
    assert driver.ask(verb, "crate@2.service", timeout=30) == {"done": verb}


@pytest.mark.parametrize("verb", ["stop", "restart", "try-restart", "reload-or-restart", "isolate", "freeze", "clean"])
def test_its_user_cannot_stop_the_database_by_any_verb(driver, node, verb):
    driver.ask("start", "crate@2.service", timeout=30)
    before = node.properties("crate@2.service", "MainPID")
    refused = node.run("systemctl", "--no-ask-password", verb, "crate@2.service", user="cratekeeper", check=False)
    assert refused.returncode != 0
    assert node.active_state("crate@2.service") == "active"
    assert node.properties("crate@2.service", "MainPID") == before


@pytest.mark.parametrize("unit", ["docker.service", "crate@0.service", "crate@x.service", "crate@1-2.service",
                                  "cratekeeper.service", "crate@12345.service"])
def test_another_unit_is_refused_and_the_rule_is_named(driver, node, unit):
    answer = driver.ask("start", unit, timeout=30)
    assert answer["terminal"] and "50-cratekeeper.rules" in answer["error"]
    refused = node.run("systemctl", "--no-ask-password", "restart", unit, user="cratekeeper", check=False)
    assert refused.returncode != 0 and "authentication required" in refused.stderr.lower()


@pytest.mark.parametrize("words", [("kill", "crate@2.service"), ("mask", "crate@2.service"), ("daemon-reload",),
                                   ("set-property", "crate@2.service", "CPUWeight=5"), ("poweroff",)])
def test_its_own_unit_cannot_be_changed_and_the_machine_neither(driver, node, words):
    driver.ask("start", "crate@2.service", timeout=30)
    refused = node.run("systemctl", "--no-ask-password", *words, user="cratekeeper", check=False)
    assert refused.returncode != 0 and "authentication required" in refused.stderr.lower()


def test_a_command_of_its_own_cannot_be_run_as_root_under_such_a_name(driver, node):
    refused = node.run("systemd-run", "--no-ask-password", "--unit=crate@3.service", "/bin/true", user="cratekeeper",
                       check=False)
    assert refused.returncode != 0
    assert node.active_state("crate@3.service") == "inactive"

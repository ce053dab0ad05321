"""The last lines of a unit from journald's own zstd-compressed files, read by a member of systemd-journal."""

import pytest

from harness.systemd_driver import SystemdDriver

LONG = "x" * 3000


def unit(script):
    """A unit that prints something and exits."""
    return f"[Service]\nType=oneshot\nExecStart=/bin/sh -c '{script}'\n"


@pytest.fixture(name="driver", scope="module")
def make_driver(node):
    node.run("useradd", "--system", "--no-create-home", "--groups", "systemd-journal", "reader")
    node.write("/run/systemd/system/talks.service", unit("for i in 1 2 3 4 5 6 7; do echo line $i; done"))
    node.write("/run/systemd/system/long.service", unit(f"echo {LONG}"))
    node.write("/run/systemd/system/broken.service", "[Service]\nExecStart=/nonexistent/program\n")
    node.systemctl("daemon-reload")
    for name in ("talks", "long", "broken"):
        node.systemctl("start", f"{name}.service", check=False)
    node.run("journalctl", "--sync")
    with SystemdDriver(node, user="reader") as driver:
        yield driver


def test_the_last_five_lines_come_oldest_first_without_systemds_own(driver):
    assert driver.ask("log", "talks.service") == {"lines": [f"line {i}" for i in range(3, 8)]}


def test_a_long_compressed_line_is_cut(driver):
    assert driver.ask("log", "long.service") == {"lines": [LONG[:240]]}


def test_a_unit_whose_program_cannot_be_started_has_systemds_message(driver):
    assert "/nonexistent/program" in " ".join(driver.ask("log", "broken.service")["lines"])


def test_a_unit_that_said_nothing_has_no_lines(driver):
    assert driver.ask("log", "nothing@9.service") == {"lines": []}


def test_who_may_read_no_journal_is_told_which_group_it_takes(node):
    with SystemdDriver(node, user="nobody") as driver:
        answer = driver.ask("log", "talks.service")
    assert "systemd-journal" in answer["error"] and not answer["terminal"]

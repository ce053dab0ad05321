"""systemd loads every shipped file without a warning, and with the intended result."""

import re

import pytest

from harness.workspace import BUILD

UNITS = ("cratekeeper.service", "cratekeeper.socket", "cratekeeper-data.service", "crate@1.service")


@pytest.fixture(name="shipped", scope="module")
def make_shipped(node, installed):
    node.install(BUILD / "destdir")
    return node


@pytest.mark.parametrize("unit", UNITS)
def test_no_line_of_a_unit_is_ignored(shipped, unit):
    said = shipped.run("systemd-analyze", "verify", "--man=no", unit, check=False)
    assert unit.split(".")[0].split("@")[0] not in said.stdout + said.stderr


def test_only_the_agent_starts_the_database(shipped):
    for unit in UNITS:
        shipped.systemctl("preset", unit, check=False)
    assert shipped.systemctl("is-enabled", *UNITS[:3]).split() == ["enabled"] * 3
    assert shipped.systemctl("is-enabled", "crate@1.service", check=False).strip() == "static"


def test_the_data_directory_is_a_subvolume_of_the_containers_user(shipped):
    shipped.systemctl("start", "cratekeeper-data.service")
    assert "path crate" in shipped.run("btrfs", "subvolume", "list", "/data").stdout
    assert shipped.run("stat", "--format=%u:%g:%a", "/data/crate").stdout.strip() == "1000:1000:755"


def test_a_database_without_rendered_configuration_is_not_started(shipped):
    refused = shipped.run("systemctl", "start", "crate@1.service", check=False)
    assert refused.returncode != 0 and "Assertion failed" in refused.stderr
    assert shipped.docker("ps", "--all", "--quiet") == ""


def test_every_key_of_the_shipped_configuration_is_known(shipped):
    text = shipped.read("/usr/lib/cratekeeper/agent.conf")
    assert shipped.run("/usr/libexec/cratekeeperd", "--check-config").returncode == 0
    shipped.write("/etc/cratekeeper/agent.conf", re.sub(r"^#(?=[A-Z]\w*=)", "", text, flags=re.MULTILINE))
    assert shipped.run("/usr/libexec/cratekeeperd", "--check-config").returncode == 0
    shipped.write("/etc/cratekeeper/agent.conf", text.replace("#Level=", "Lewel="))
    assert shipped.run("/usr/libexec/cratekeeperd", "--check-config", check=False).returncode != 0

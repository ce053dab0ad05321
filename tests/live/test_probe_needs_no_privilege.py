"""As another user without capabilities, the agent learns the same about the volume as root."""

import os
import pathlib

import pytest

from harness.probe import probe, probe_unprivileged, reasons

SERIAL = pathlib.Path("/sys/class/dmi/id/product_serial")


@pytest.fixture
def reachable(workspace):
    """Lets other users read the run's directory during the test."""
    paths = [workspace.directory, *workspace.directory.parents]
    modes = {path: path.stat().st_mode for path in paths}
    closed = [path for path, mode in modes.items() if not mode & 0o001]
    for path in closed:
        path.chmod(modes[path] | 0o011)
    yield
    for path in closed:
        path.chmod(modes[path])


def test_an_unprivileged_probe_reads_the_volume_as_root_does(make_volume, reachable):
    volume = make_volume(size=512 << 20, devices=2, profile="raid1")
    data = volume.subvolume("crate")
    os.chown(data, 1000, 1000)
    as_root = probe(data)["volume"]
    assert probe_unprivileged(data)["volume"] == as_root
    assert as_root["devices"][1]["errors"]["corruption"] == 0


def test_a_directory_of_another_user_that_may_not_be_entered_hides_nothing(make_volume, reachable):
    volume = make_volume(size=256 << 20)
    data = volume.subvolume("crate")
    as_root = probe(data)["volume"]
    os.chown(data, 1000, 1000)
    data.chmod(0o700)
    found = probe_unprivileged(data)
    assert found["volume"]["uuid"] == as_root["uuid"]
    assert found["volume"]["effective_free_bytes"] == as_root["effective_free_bytes"]
    assert found["volume"]["is_subvolume"] is True
    if found["volume"]["subvolume_id"] is None:
        assert reasons(found, "volume subvolume_id")


def test_the_serial_number_that_only_root_may_read_is_null_with_the_way_to_get_it():
    inventory = probe_unprivileged()
    if not SERIAL.exists():
        assert inventory["host"]["serial"] is None
        assert "no DMI table" in reasons(inventory, "host dmi")[0]
        return
    assert inventory["host"]["serial"] is None
    assert "LoadCredential=dmi.product_serial" in reasons(inventory, "host serial")[0]


def test_the_serial_number_comes_as_a_credential(tmp_path):
    (tmp_path / "dmi.product_serial").write_text("G6PA123000XY\n")
    inventory = probe(environment={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert inventory["host"]["serial"] == "G6PA123000XY"
    assert not reasons(inventory, "host serial")


def test_a_credential_that_holds_nothing_is_no_serial_number(tmp_path):
    (tmp_path / "dmi.product_serial").write_text("")
    inventory = probe(environment={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert inventory["host"]["serial"] != ""

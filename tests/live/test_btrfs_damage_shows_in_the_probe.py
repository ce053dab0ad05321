"""A corrupted mirror, a missing device and a read-only file system show in the probe."""

import subprocess

from harness.btrfs import MIB
from harness.workspace import command, detach_loop

from harness.probe import CRATECTL, probe, reasons


def test_reading_a_corrupted_mirror_moves_the_counter_of_its_device(make_volume):
    volume = make_volume(size=512 * MIB, devices=2, profile="raid1")
    file = volume.fill(8 * MIB)
    assert all(device["errors"]["corruption"] == 0 for device in probe(volume.path)["volume"]["devices"])
    assert volume.corrupt(file, device=1, blocks=4) == 4
    volume.read_all_mirrors(file)
    volume.scrub()
    first, second = probe(volume.path)["volume"]["devices"]
    assert first["errors"] == {"write": 0, "read": 0, "flush": 0, "corruption": 0, "generation": 0}
    assert second["errors"]["corruption"] > 0
    assert second["path"] == volume.devices[1]


def test_a_remount_read_only_shows_at_once(make_volume):
    volume = make_volume(size=256 * MIB)
    assert probe(volume.path)["volume"]["read_only"] is False
    volume.remount("ro")
    assert probe(volume.path)["volume"]["read_only"] is True
    assert "READ-ONLY" in command(CRATECTL, "probe", "--data-directory", volume.path).stdout
    volume.remount("rw")
    assert probe(volume.path)["volume"]["read_only"] is False


def test_a_missing_device_is_named_with_the_next_step(make_volume):
    volume = make_volume(size=512 * MIB, devices=2, profile="raid1")
    volume.fill(4 * MIB)
    volume.unmount()
    gone = volume.devices.pop()
    subprocess.run(["btrfs", "device", "scan", "--forget"], check=True)
    detach_loop(gone)
    volume.mount("degraded")
    inventory = probe(volume.path)
    found = inventory["volume"]
    assert (found["device_count"], found["missing_devices"]) == (2, 1)
    present, missing = found["devices"]
    assert (present["missing"], present["path"]) == (False, volume.devices[0])
    assert (missing["missing"], missing["path"]) == (True, None)
    assert "btrfs replace start 2" in reasons(inventory, "volume device 2")[0]
    assert found["size_bytes"] == 512 * MIB  # the missing device's size is not usable

"""Identity, profiles and subvolumes of a volume, and the facts about a directory on another file system."""

from harness.btrfs import MIB
from harness.workspace import command

from harness.probe import probe, reasons


def test_identity_profiles_and_sizes_are_those_mkfs_made(make_volume):
    volume = make_volume(size=512 * MIB, devices=2, profile="raid0", metadata="raid1", label="crate data")
    found = probe(volume.path)["volume"]
    assert (found["filesystem"], found["btrfs"]) == ("btrfs", True)
    assert (found["uuid"], found["label"]) == (volume.uuid, "crate data")
    assert found["profiles"] == {"data": "raid0", "metadata": "raid1", "system": "raid1"}
    assert found["size_bytes"] == 1024 * MIB
    assert [device["path"] for device in found["devices"]] == volume.devices
    assert found["mount_point"] == str(volume.path)
    usage = command("btrfs", "filesystem", "usage", "--raw", volume.path).stdout
    unallocated = next(line.split()[-1] for line in usage.splitlines() if "Device unallocated" in line)
    assert found["unallocated_bytes"] == int(unallocated)


def test_a_subvolume_is_told_from_a_directory(make_volume):
    volume = make_volume(size=256 * MIB)
    subvolume = volume.subvolume("crate")
    (subvolume / "nodes").mkdir()
    (volume.path / "plain").mkdir()
    assert probe(volume.path)["volume"]["is_subvolume"] is True
    assert probe(subvolume)["volume"]["is_subvolume"] is True
    assert probe(volume.path / "plain")["volume"]["is_subvolume"] is False
    inside = probe(subvolume / "nodes")["volume"]
    assert inside["is_subvolume"] is False
    shown = command("btrfs", "inspect-internal", "rootid", subvolume).stdout
    assert inside["subvolume_id"] == int(shown)


def test_a_conversion_that_is_unfinished_shows_both_profiles(make_volume):
    volume = make_volume(size=1024 * MIB, devices=2, profile="single", metadata="raid1")
    volume.fill(200 * MIB)
    command("btrfs", "balance", "start", "--force", "-dconvert=raid1,limit=1", volume.path)
    profiles = probe(volume.path)["volume"]["profiles"]["data"]
    assert "raid1" in profiles.split("+")


def test_another_file_system_is_named_and_its_free_space_is_that_of_statfs(tmp_path):
    command("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", tmp_path)
    try:
        inventory = probe(tmp_path)
        found = inventory["volume"]
        assert (found["filesystem"], found["btrfs"], found["uuid"]) == ("tmpfs", False, None)
        assert found["effective_free_bytes"] == found["size_bytes"] == 64 * MIB
        assert "not on Btrfs" in reasons(inventory, "volume")[0]
    finally:
        command("umount", tmp_path)

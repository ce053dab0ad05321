"""tools/flash refuses a device that is in use, too small, internal or not a disk, and writes nothing unconfirmed."""

import hashlib
import json
import os
import pathlib

import pytest

from harness.flash import FLASH, MIB, TABLE, Disk, Image, arguments
from harness.workspace import command

REFUSED = 3


@pytest.fixture(name="image", scope="module")
def make_image(workspace):
    return Image(workspace.make_directory("image"))


@pytest.fixture(name="disk")
def make_disk(workspace):
    disk = Disk(workspace, fill=True)
    yield disk
    for partition in pathlib.Path("/dev").glob(f"{pathlib.Path(disk.device).name}p*"):
        command("umount", partition, check=False)
    command("umount", disk.device, check=False)
    command("swapoff", disk.device, check=False)
    disk.close()


def digest(disk):
    return hashlib.sha256(pathlib.Path(disk.backing).read_bytes()).hexdigest()


def refused(disk, *argv, status=REFUSED, **more):
    """Runs a command line that must change nothing and returns its errors."""
    command("blockdev", "--flushbufs", disk.device)
    before = digest(disk)
    done = command(*argv, check=False, **more)
    assert done.returncode == status, done.stderr
    assert digest(disk) == before
    return done.stderr


def test_an_internal_disk_needs_an_option(image, disk):
    assert "is an internal disk; pass --internal to accept it" in refused(disk, FLASH, "--yes", image.raw, disk.device)


def test_without_a_terminal_the_answer_is_no(image, disk):
    said = refused(disk, FLASH, "--internal", image.raw, disk.device, status=4)
    assert "stdin is not a terminal; pass --yes to confirm" in said


def test_a_mounted_disk(workspace, image, disk):
    place = workspace.make_directory("place")
    command("mkfs.ext4", "-q", disk.device)
    command("mount", disk.device, place)
    assert f"is in use: {place}" in refused(disk, *arguments(image.raw, disk.device))


def test_a_partition_and_a_disk_with_a_mounted_one(workspace, image, disk):
    place = workspace.make_directory("place")
    command("sfdisk", "--quiet", disk.device, input=TABLE)
    partition = disk.partition(2)
    command("mkfs.ext4", "-q", partition)
    assert f"expected the whole disk, {disk.device}" in refused(disk, *arguments(image.raw, partition))
    command("mount", partition, place)
    assert f"is in use: {place}" in refused(disk, *arguments(image.raw, disk.device))


def test_swap_and_the_second_disk_of_a_volume(workspace, image, disk):
    command("mkswap", disk.device)
    command("swapon", disk.device)
    assert "[SWAP]" in refused(disk, *arguments(image.raw, disk.device))
    command("swapoff", disk.device)
    first, second = (Disk(workspace, size=128 * MIB) for _ in range(2))
    place = workspace.make_directory("place")
    command("mkfs.btrfs", "--quiet", first.device, second.device)
    command("btrfs", "device", "scan", first.device, second.device)
    command("mount", first.device, place)
    for each in (first, second):
        assert "is in use" in refused(each, *arguments(image.raw, each.device))
    command("umount", place)
    for each in (first, second):
        each.close()


def test_a_disk_of_the_running_system(image, disk):
    command("sfdisk", "--quiet", disk.device, input=TABLE)
    partition = disk.partition(2)
    command("mkfs.ext4", "-q", partition)
    flash = " ".join(map(str, arguments(image.raw, disk.device)))
    # Mounted in this process's namespace only.
    said = refused(disk, "unshare", "--mount", "sh", "-c", f"mount -o ro,noload {partition} /boot && exec {flash}")
    assert f"{disk.device} contains /boot of the running system" in said


def test_a_disk_with_larger_sectors(workspace, image):
    large = Disk(workspace, sector_size=4096)
    said = refused(large, *arguments(image.raw, large.device))
    assert "has 4096-byte sectors; the image needs 512-byte sectors" in said
    large.close()


def test_a_small_disk_a_node_s_data_and_what_is_not_a_disk(workspace, image, disk):
    small = Disk(workspace, size=31 * MIB)
    assert "has 32.6MB; the image needs 33.6MB" in refused(small, *arguments(image.raw, small.device))
    small.close()
    command("mkfs.ext4", "-q", "-L", "crate-data", disk.device)
    assert "contains a node's data" in refused(disk, *arguments(image.raw, disk.device))
    for wrong in ("/dev/null", disk.backing, "/dev/nothing"):
        assert "expected a disk like /dev/sdX" in refused(disk, *arguments(image.raw, wrong))


def test_invalid_images_and_configs(workspace, image, disk):
    directory = workspace.make_directory("wrong")
    (directory / "n1.ign").write_text("[Cluster]\n")
    said = refused(disk, *arguments(image.raw, disk.device, config=directory / "n1.ign"))
    assert "expected an Ignition config of version 3" in said
    # An empty file, which a redirection leaves when `cratectl site` fails, and two configs in one file.
    (directory / "n2.ign").write_text("")
    assert "n2.ign is empty" in refused(disk, *arguments(image.raw, disk.device, config=directory / "n2.ign"))
    (directory / "n3.ign").write_text(image.config.read_text() * 2)
    said = refused(disk, *arguments(image.raw, disk.device, config=directory / "n3.ign"))
    assert "expected an Ignition config of version 3" in said
    said = refused(disk, *arguments(image.raw, disk.device, config=directory / "n4.ign"))
    assert "n4.ign: expected an Ignition config of version 3" in said
    (directory / "noise.raw").write_bytes(os.urandom(4 * MIB))
    assert "expected a GPT with an EFI system partition" in refused(disk, *arguments(directory / "noise.raw", disk.device))
    text = pathlib.Path(f"{image.raw}.bmap").read_text()
    (directory / "x.bmap").write_text(text.replace("<Range", "<Rage", 1))
    said = refused(disk, *arguments(image.raw, disk.device, "--bmap", directory / "x.bmap"))
    assert "expected a complete block map" in said
    assert "see --help" in refused(disk, FLASH, "--fast", image.raw, disk.device, status=2)


def test_the_list_shows_removable_disks_and_others_on_demand(disk):
    listed = json.loads(command(FLASH, "--list", "--json").stdout)
    assert disk.device not in [each["device"] for each in listed] and all(each["removable"] for each in listed)
    listed = {each["device"]: each for each in json.loads(command(FLASH, "--list", "--internal", "--json").stdout)}
    assert listed[disk.device]["size"] == disk.size and listed[disk.device]["mounted"] == []
    assert disk.device in command(FLASH, "--list", "--internal").stdout

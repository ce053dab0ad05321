"""The probe's free space matches the number of bytes that can be written until the file system is full."""

import errno
import os
import subprocess

import pytest

from harness.btrfs import MIB

from harness.probe import probe


def write_until_full(volume):
    """The number of bytes that one file can hold."""
    block = os.urandom(MIB)
    written = 0
    with open(volume.path / "filling", "wb", buffering=0) as file:
        try:
            while True:
                written += file.write(block)
        except OSError as error:
            assert error.errno == errno.ENOSPC
    subprocess.run(["btrfs", "filesystem", "sync", volume.path], check=True)
    return written


@pytest.mark.parametrize("layout", [
    {"size": 1024 * MIB, "profile": "single"},
    {"size": 512 * MIB, "devices": 2, "profile": "raid1"},
    {"size": 512 * MIB, "devices": 3, "profile": "raid0"},
    {"size": 512 * MIB, "devices": 4, "profile": "raid10"},
    {"size": 512 * MIB, "devices": 3, "profile": "raid1c3"},
], ids=lambda layout: layout["profile"])
def test_what_was_promised_can_be_written_and_then_nothing_is_promised(make_volume, layout):
    volume = make_volume(**layout)
    promised = probe(volume.path)["volume"]["effective_free_bytes"]
    written = write_until_full(volume)
    assert abs(written - promised) <= promised // 20, f"promised {promised // MIB} MiB, took {written // MIB} MiB"
    full = probe(volume.path)["volume"]
    assert full["effective_free_bytes"] <= 8 * MIB
    assert full["unallocated_bytes"] <= 8 * MIB * layout.get("devices", 1)


def test_with_nothing_unallocated_the_metadata_headroom_is_what_its_chunks_hold(make_volume):
    volume = make_volume(size=1024 * MIB)
    before = probe(volume.path)["volume"]
    write_until_full(volume)
    after = probe(volume.path)["volume"]
    assert after["metadata_headroom_bytes"] < before["metadata_headroom_bytes"] // 3
    assert after["used_bytes"] > before["used_bytes"] + 700 * MIB


def test_deleting_files_frees_room_in_chunks_without_anything_unallocated(make_volume):
    volume = make_volume(size=512 * MIB)
    write_until_full(volume)
    size = os.stat(volume.path / "filling").st_size
    os.truncate(volume.path / "filling", size // 2)
    subprocess.run(["btrfs", "filesystem", "sync", volume.path], check=True)
    found = probe(volume.path)["volume"]
    assert found["effective_free_bytes"] >= size // 3

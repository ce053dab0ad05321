"""Netlink, udev and mount events each trigger a new probe, and only real changes alter the inventory."""

import pathlib

import pytest

from harness.netns import Namespace
from harness.wait import wait_until
from harness.workspace import command

from harness.probe import Watch


@pytest.fixture
def namespace(workspace):
    made = Namespace(workspace, "watched")
    made.ip("link", "add", "veth0", "type", "veth", "peer", "name", "veth1")
    made.ip("link", "set", "veth0", "up")
    made.ip("link", "set", "veth1", "up")
    yield made
    made.close()


def test_a_new_address_and_route_are_seen_at_once(namespace):
    with Watch(prefix=("ip", "netns", "exec", namespace.name)) as watch:
        assert watch.first["announced_address"] is None
        namespace.ip("address", "add", "10.97.0.5/24", "dev", "veth0")
        namespace.ip("route", "add", "default", "via", "10.97.0.1")
        wait_until(lambda: any(look["announced_address"] == "10.97.0.5" for look in watch.looks()), 5,
                   "the new address to be announced")
        namespace.ip("address", "del", "10.97.0.5/24", "dev", "veth0")
        wait_until(lambda: watch.looks()[-1]["announced_address"] is None, 5, "the address to be withdrawn")


def test_a_block_device_event_makes_it_look_and_changes_nothing(workspace):
    device, _ = workspace.loop_device(16 << 20)
    uevent = pathlib.Path(f"/sys/block/{device.removeprefix('/dev/')}/uevent")
    with Watch() as watch:
        before = len(watch.looks())
        uevent.write_text("change")
        wait_until(lambda: len(watch.looks()) > before, 5, "a look after a block device's event")
        assert watch.looks()[-1]["disks"] == watch.first["disks"]
    command("losetup", "--detach", device)


def test_a_mount_that_turns_read_only_makes_it_look(make_volume):
    volume = make_volume(size=256 << 20)
    with Watch(volume.path) as watch:
        assert watch.first["volume"]["read_only"] is False
        volume.remount("ro")
        wait_until(lambda: any(look["volume"]["read_only"] for look in watch.looks()), 5, "the volume to be read-only")


def test_two_looks_at_an_idle_volume_are_equal(make_volume):
    volume = make_volume(size=256 << 20)
    with Watch(volume.path) as one, Watch(volume.path) as other:
        assert one.first["volume"] == other.first["volume"]
        assert one.first["disks"] == other.first["disks"]
        assert one.first["host"] == other.first["host"]

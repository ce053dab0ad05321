"""With udev running, disks have their by-id names and contents, and udev's events trigger a new probe."""

import json
import pathlib

import pytest

from harness.probe import probe, reasons
from harness.udev import Udev
from harness.wait import wait_until

PROBE = "/mnt/cratectl probe --json --data-directory /"


@pytest.fixture
def udev(workspace, tree):
    made = Udev(workspace)
    yield made
    made.close()


def change(device):
    """Makes the kernel report a device once more, without any change."""
    pathlib.Path(f"/sys/class/block/{device}/uevent").write_text("change")


def test_disks_get_their_identity_and_contents_from_udev(udev):
    disks = probe()["disks"]
    if not disks:
        pytest.skip("this machine has no disk")
    name = disks[0]["name"]
    change(name)
    for content in disks[0]["contents"]:
        change(content["name"])
    udev.settle()
    inventory = json.loads(udev.run(PROBE))
    known = next(disk for disk in inventory["disks"] if disk["name"] == name)
    assert not [reason for reason in reasons(inventory, "disks") if "udev is not running" in reason]
    database = udev.run(f"udevadm info --query=all --path=/sys/class/block/{name}")
    assert known["by_id"] == sorted(f"/dev/{line[3:]}" for line in database.splitlines() if line.startswith("S: disk/by-id/"))
    assert known["contents"]
    for content in known["contents"]:
        assert (content["filesystem"], content["label"], content["uuid"]) == ("udevfs", "a label", "5E0A-2C1B")


def test_an_event_of_udev_makes_the_probe_look_again(udev, workspace):
    device, _ = workspace.loop_device(16 << 20)
    name = device.removeprefix("/dev/")
    udev.run(f"{PROBE} --watch >/run/looks 2>&1 & watcher=$!")
    wait_until(lambda: udev.run("tail -n 1 /run/looks") == "}\n", 10, "the first inventory")
    change(name)
    udev.settle()
    wait_until(lambda: udev.run("tail -n 1 /run/looks").startswith("{\"host\""), 10, "a look after udev's event")
    udev.run("kill $watcher")

"""flash first says in one sentence which programs are missing and how this distribution installs them."""

import shutil

import pytest

from harness.flash import FLASH
from harness.workspace import command

# Programs that every Linux has.
BASIC = ("echo", "sort", "xargs")
NEEDED = ("blkid", "blockdev", "bmaptool", "column", "findmnt", "flock", "jq", "lsblk", "mcopy", "python3", "sfdisk",
          "zstd")


@pytest.fixture(name="flash_with")
def make_flash_with(workspace):
    """A function that runs flash with only these programs installed, and returns its errors and status."""

    def run(*programs):
        place = workspace.make_directory("programs")
        for name in BASIC:
            (place / name).symlink_to(shutil.which(name))
        for name in programs:  # flash looks for them, but runs none
            (place / name).symlink_to("/bin/true")
        script = f"mount -t tmpfs none /usr/sbin && PATH={place} exec /bin/bash {FLASH} only-an-image"
        done = command("unshare", "--mount", "/bin/sh", "-c", script, check=False)
        return done.stderr, done.returncode

    return run


@pytest.mark.parametrize("installer, install", [
    ("apt-get", "apt-get install bmap-tools bsdextrautils fdisk jq mtools python3 util-linux zstd"),
    ("dnf", "dnf install bmap-tools jq mtools python3 util-linux zstd"),
    ("zypper", "zypper install bmap-tools jq mtools python3 util-linux zstd"),
])
def test_all_of_them_in_one_sentence(flash_with, installer, install):
    assert flash_with(installer) == (f"flash: missing on this machine: {' '.join(NEEDED)}; as root: {install}\n", 1)


def test_only_what_is_missing(flash_with):
    present = [name for name in NEEDED if name not in ("bmaptool", "sfdisk")]
    assert flash_with("apt-get", *present) == (
        "flash: missing on this machine: bmaptool sfdisk; as root: apt-get install bmap-tools fdisk\n", 1)


def test_another_distribution_gets_only_the_package_names(flash_with):
    said, status = flash_with(*(name for name in NEEDED if name != "bmaptool"))
    assert (said, status) == (
        "flash: missing on this machine: bmaptool; as root: install the equivalents of the Fedora packages "
        "bmap-tools\n", 1)


def test_with_all_of_them_flash_checks_the_command_line(flash_with):
    assert flash_with("apt-get", *NEEDED) == ("flash: expected IMAGE and DEVICE; see --help\n", 2)

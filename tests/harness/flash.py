"""tools/flash on loop devices: a small image with an EFI system partition, and what firmware would find on a disk.

The image is made here and boots nothing. Loop devices count as built in, so every call passes --internal.
"""

import contextlib
import json
import os
import pathlib
import stat
import subprocess

from .workspace import REPOSITORY, command, detach_loop

MIB = 1 << 20
FLASH = REPOSITORY / "tools/flash"
TABLE = """label: gpt
start=2048, size=32768, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=esp
size=16384, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, name=root
type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, name=rest
"""


class Image:
    """A disk image of 32 MiB with random bytes in two partitions and a hole in the third."""

    def __init__(self, directory):
        self.directory = directory
        self.raw = directory / "small.raw"
        with open(self.raw, "wb") as file:
            file.truncate(32 * MIB)
        command("sfdisk", "--quiet", self.raw, input=TABLE)
        command("mkfs.vfat", "--offset=2048", self.raw, str(16 * 1024))
        with open(directory / "kernel", "wb") as file:
            file.write(os.urandom(5 * MIB))
        command("mcopy", "-i", f"{self.raw}@@1M", directory / "kernel", "::/kernel")
        with open(self.raw, "r+b") as file:
            file.seek(17 * MIB)
            file.write(os.urandom(8 * MIB))
        command("bmaptool", "create", "--output", directory / "small.raw.bmap", self.raw)
        self.config = directory / "n1.ign"
        self.config.write_text('{"ignition": {"version": "3.3.0"}}\n')

    def compressed(self):
        """The same image as .raw.zst; the map stays beside it."""
        command("zstd", "--quiet", "--force", self.raw)
        return pathlib.Path(f"{self.raw}.zst")

    def mapped(self):
        """The mapped blocks, as (offset, bytes)."""
        text = (self.directory / "small.raw.bmap").read_text().split("<BlockMap>")[1].split("</BlockMap>")[0]
        for line in text.splitlines():
            if "<Range" in line:
                first, _, last = line.split(">")[1].split("<")[0].strip().partition("-")
                yield int(first) * 4096, (int(last or first) + 1 - int(first)) * 4096


class Disk:
    """A loop device; `backing` is its medium, which holds only data that was really written through."""

    def __init__(self, workspace, size=40 * MIB, fill=False, sector_size=512):
        self.device, self.backing = workspace.loop_device(size, "flash", sector_size)
        self.size = size
        self._made = []
        if fill:
            pathlib.Path(self.backing).write_bytes(os.urandom(size))
            command("blockdev", "--flushbufs", self.device)

    def flash(self, image, *options, config=None, **more):
        """Runs the tool to its end."""
        return command(*arguments(image, self.device, *options, config=config), check=False, timeout=100, **more)

    def partition(self, number):
        """The device of a partition, even if the kernel reads no GPT or no udev creates partition devices."""
        command("partx", "--add", self.device)
        path = pathlib.Path(f"{self.device}p{number}")
        if not path.exists():
            major, minor = pathlib.Path(f"/sys/class/block/{path.name}/dev").read_text().split(":")
            os.mknod(path, 0o600 | stat.S_IFBLK, os.makedev(int(major), int(minor)))
            self._made.append(path)
        return str(path)

    def close(self):
        """Releases the device."""
        command("partx", "--delete", self.device, check=False)
        detach_loop(self.device)
        for path in self._made:
            path.unlink(missing_ok=True)


def arguments(image, device, *options, config=None):
    """The command line that writes without a question."""
    return [FLASH, "--internal", "--yes", *options, *(("--config", config) if config else ()), image, device]


def table_of(path):
    """The partition table that firmware would find on a medium, from either copy; None if there is none."""
    done = command("sfdisk", "--json", path, check=False)
    with contextlib.suppress(ValueError, KeyError):
        if (table := json.loads(done.stdout)["partitiontable"])["label"] == "gpt":
            return table
    return None


def config_on(path):
    """The config on the EFI system partition of a medium; None if there is none."""
    done = subprocess.run(["mtype", "-i", f"{path}@@1M", "::/cratekeeper/config.ign"], capture_output=True, check=False)
    return done.stdout.decode() if done.returncode == 0 else None


def wrongness(path, written):
    """Why a bootable medium matches none of `written`, pairs of (image, config's text); None if it matches one of them
    completely, or does not boot."""
    if table_of(path) is None:
        return None
    reasons = [f"its config is {config_on(path)}" if config_on(path) != text else differing(path, image)
               for image, text in written]
    return None if None in reasons else f"it boots, and {reasons}"


def differing(path, image):
    """The first mapped offset outside the table and the EFI system partition that differs; None if there is none.

    The config changes the partition's own file system; its other file is compared as a whole."""
    with open(path, "rb") as medium, open(image.raw, "rb") as source:
        for offset, length in image.mapped():
            begin, end = max(offset, 17 * MIB), offset + length
            medium.seek(begin)
            source.seek(begin)
            if begin < end and medium.read(end - begin) != source.read(end - begin):
                return f"it differs from the image between {begin} and {end}"
    kernel = subprocess.run(["mtype", "-i", f"{path}@@1M", "::/kernel"], capture_output=True, check=False).stdout
    return None if kernel == (image.directory / "kernel").read_bytes() else "its kernel differs"

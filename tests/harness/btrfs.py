"""Btrfs volumes on loop devices: make, mount, fill, damage, set read-only, destroy.

Everything lies in the directory of the run, so whatever a test leaves is removed with the run. It formats only
sparse files that it created itself.
"""

import mmap
import os
import pathlib
import random
import subprocess

from .workspace import command, detach_loop

MIB = 1 << 20
_BLOCK = 64 * 1024  # the stripe length of Btrfs, so a block of the pattern is contiguous


def _drop_from_cache(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class Volume:
    """One mounted Btrfs volume. `path` is where it is mounted, `devices` its loop devices in order."""

    def __init__(self, workspace, size=1024 * MIB, devices=1, profile="single", metadata=None, label="data"):
        """`size` is in bytes, for each device. `profile` is the data profile of mkfs.btrfs; metadata uses it too, or DUP."""
        self.path = workspace.make_directory("volume")
        self.devices = []
        self.backing = []
        for _ in range(devices):
            device, backing = workspace.loop_device(size, "btrfs")
            self.devices.append(device)
            self.backing.append(backing)
        metadata = metadata or ("dup" if profile == "single" else profile)
        command("mkfs.btrfs", "--quiet", "--force", "--label", label, "--data", profile, "--metadata", metadata,
                *self.devices)
        self.mount()

    @property
    def uuid(self):
        """The file system's UUID as mkfs chose it."""
        return command("blkid", "--match-tag", "UUID", "--output", "value", self.devices[0]).stdout.strip()

    def mount(self, options="defaults"):
        """Mounts the volume; `options` as for mount(8)."""
        command("btrfs", "device", "scan", *self.devices)
        command("mount", "-t", "btrfs", "-o", options, self.devices[0], self.path)

    def unmount(self):
        """Unmounts the volume; its devices stay."""
        command("umount", self.path)

    def remount(self, options):
        """Remounts in place; "ro" looks the same as when Btrfs forces itself read-only after an error."""
        command("mount", "-o", f"remount,{options}", self.path)

    def break_device(self, keep=16 * MIB):
        """The first device loses all but `keep` bytes, as a dying disk does: the next commit fails and Btrfs forces
        itself read-only. Only for a volume that the test discards afterwards."""
        os.truncate(self.backing[0], keep)
        command("losetup", "--set-capacity", self.devices[0])
        (pathlib.Path(self.path) / "breaks").write_bytes(os.urandom(MIB))
        subprocess.run(["sync", "--file-system", self.path], stderr=subprocess.DEVNULL, check=False)

    def subvolume(self, name):
        """Creates a subvolume below the top and returns its path."""
        command("btrfs", "subvolume", "create", self.path / name)
        return self.path / name

    def fill(self, size, name="filling"):
        """Writes and syncs `size` incompressible bytes. Returns the file's path."""
        path = self.path / name
        with open(path, "wb") as file:
            left = size
            while left > 0:
                chunk = random.randbytes(min(left, MIB))
                file.write(chunk)
                left -= len(chunk)
            file.flush()
            os.fsync(file.fileno())
        command("btrfs", "filesystem", "sync", self.path)
        return path

    def corrupt(self, path, device=0, blocks=1):
        """Overwrites the first `blocks` blocks of 64 KiB of a file in one device's copy, behind Btrfs's back.

        Works on files written by `fill`. The good copy, if the profile keeps one, is not changed. Returns the number
        of blocks found on that device: 0 means that it holds no copy of them.
        """
        damaged = 0
        with open(path, "rb") as file, open(self.backing[device], "r+b") as backing:
            wanted = [file.read(_BLOCK) for _ in range(blocks)]
            os.fsync(backing.fileno())
            with mmap.mmap(backing.fileno(), 0) as disk:
                for block in wanted:
                    place = disk.find(block)
                    if place >= 0:
                        disk[place:place + len(block)] = bytes(len(block))
                        damaged += 1
                disk.flush()
        _drop_from_cache(path)
        return damaged

    def read_all_mirrors(self, path):
        """Reads a file from every mirror: Btrfs picks the mirror by process id, modulo the number of copies."""
        seen = set()
        while len(seen) < len(self.devices):
            _drop_from_cache(path)
            child = subprocess.Popen(["dd", f"if={path}", "of=/dev/null", "bs=1M", "status=none"],
                                     stderr=subprocess.DEVNULL)
            child.wait(60)
            remainder = child.pid % len(self.devices)
            if remainder in seen:
                subprocess.run(["true"], check=True)  # uses up one process id
            seen.add(remainder)

    def scrub(self):
        """Reads every copy and repairs bad ones from a mirror; the error counters increase. Returns when it is done."""
        return command("btrfs", "scrub", "start", "-B", self.path, check=False)

    def errors(self):
        """The kernel's error counters, one dictionary for each device id."""
        found = {}
        for entry in sorted(pathlib.Path(f"/sys/fs/btrfs/{self.uuid}/devinfo").iterdir()):
            lines = (entry / "error_stats").read_text().splitlines()
            found[int(entry.name)] = {words[0]: int(words[1]) for words in map(str.split, lines)}
        return found

    def destroy(self):
        """Unmounts, detaches and deletes the volume."""
        command("umount", self.path, check=False)
        for device in self.devices:
            detach_loop(device)
        for backing in self.backing:
            pathlib.Path(backing).unlink(missing_ok=True)
        self.devices, self.backing = [], []

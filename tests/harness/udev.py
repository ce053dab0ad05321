"""A real systemd-udevd of the nodes' tree, isolated: its own /run, /dev and process ids, and few rules.

It receives the kernel's events like every udev, but has no device nodes to open, renames nothing and leaves no trace on
the machine: its database disappears with it.
"""

import subprocess
import threading

from .wait import wait_until
from .workspace import BUILD

_RULES = "60-persistent-storage.rules"
# Replaces the real file system probe, which would open the disk.
_FOUND = r'''SUBSYSTEM=="block", ENV{ID_FS_TYPE}="udevfs", ENV{ID_FS_LABEL_ENC}="a\x20label", ENV{ID_FS_UUID}="5E0A-2C1B"'''
# Argument 1 is the tree, 2 the directory with the rules, 3 the build directory.
_SETUP = """
set -eu
tree=$1 rules=$2 build=$3
mount --make-rprivate /
mount --bind "$tree" "$tree"
mount --bind "$rules" "$tree/usr/lib/udev/rules.d"
mount --bind "$build" "$tree/mnt"
mount -t tmpfs tmpfs "$tree/run"
mount -t tmpfs tmpfs "$tree/dev"
mount --rbind /sys "$tree/sys"
mount -t proc proc "$tree/proc"
mknod -m 666 "$tree/dev/null" c 1 3
exec chroot "$tree" /bin/sh -eu -c '
/usr/lib/systemd/systemd-udevd --resolve-names=never >/run/log 2>&1 &
while [ ! -e /run/udev/control ]; do sleep 0.05; done
echo ready
while read -r line; do eval "$line"; echo ready; done'
"""


class Udev:
    """A shell inside udev's sandbox. /mnt is the build directory."""

    def __init__(self, workspace):
        tree = BUILD / "tree"
        rules = workspace.make_directory("rules")
        real = (tree / "usr/lib/udev/rules.d" / _RULES).read_text().splitlines()
        harmless = [line for line in real if "blkid" not in line]
        (rules / _RULES).write_text("\n".join([*harmless, _FOUND]) + "\n")
        argv = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", _SETUP, "udev", tree, rules, BUILD]
        self._shell = workspace.spawn(argv, "udev", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._wait(1)

    def _read(self):
        for line in self._shell.stdout:
            self._lines.append(line)

    def _ready(self):
        return sum(line == "ready\n" for line in self._lines)

    def _wait(self, count):
        wait_until(lambda: self._ready() >= count or self._shell.poll() is not None, 20, "udev to be ready")
        assert self._shell.poll() is None, "expected udevd to run; its shell ended: " + "".join(self._lines)

    def run(self, line):
        """Runs one line of shell inside; returns its output. A failing command ends the shell."""
        before, count = len(self._lines), self._ready()
        self._shell.stdin.write(line + "\n")
        self._shell.stdin.flush()
        self._wait(count + 1)
        return "".join(text for text in self._lines[before:] if text != "ready\n")

    def settle(self):
        """Waits until udevd has processed every event."""
        self.run("udevadm settle --timeout=20")

    def close(self):
        """Ends udevd and everything inside."""
        self._shell.stdin.close()
        self._shell.kill()
        self._shell.wait(timeout=10)

"""Ctrl-C ends a tool of the tools tree at once and leaves nothing behind; Ctrl-Z stops it and `fg` resumes it."""

import pathlib
import subprocess
import time

import pexpect
import pytest

from harness.workspace import REPOSITORY

# A command line that identifies this tool among the machine's processes.
SLEEP = "sleep 31.07"


@pytest.fixture
def shell():
    """A shell with job control on a terminal, at the top of the repository."""
    subprocess.run([REPOSITORY / "image/tools-tree"], check=True, timeout=600)
    child = pexpect.spawn("bash", ["--norc", "--noprofile", "-i"], cwd=str(REPOSITORY), encoding="utf-8", timeout=20,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PS1": "ready> ", "TERM": "dumb"}, echo=False)
    child.expect_exact("ready> ")
    yield child
    child.close(force=True)


def running():
    """Command lines of this tool's processes, whatever wrapper runs it."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:
            continue
        if words.endswith(SLEEP):
            found.append(words)
    return found


def start(shell):
    shell.sendline(f"image/in-tools-tree {SLEEP}")
    deadline = time.monotonic() + 20
    while SLEEP not in running():
        assert time.monotonic() < deadline, "expected the tool to start"
        time.sleep(0.05)


def traces():
    """What a tool could leave on the machine: mounts, and systemd-nspawn's records of its machines."""
    mounts = pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8")
    return ([line for line in mounts.splitlines() if "/tools-tree" in line] +
            [str(path) for path in pathlib.Path("/run/systemd/nspawn").glob("**/tools-*")])


def test_ctrl_c_ends_it_and_leaves_nothing(shell):
    before = traces()
    start(shell)
    began = time.monotonic()
    shell.sendintr()
    shell.expect_exact("ready> ")
    assert time.monotonic() - began < 2
    assert running() == []
    assert traces() == before
    shell.sendline("echo status=$?")
    shell.expect_exact("status=130")


def test_ctrl_z_stops_it_and_fg_goes_on(shell):
    start(shell)
    shell.sendcontrol("z")
    shell.expect_exact("Stopped")
    shell.expect_exact("ready> ")
    shell.sendline("fg")
    shell.expect_exact(SLEEP)
    shell.sendintr()
    shell.expect_exact("ready> ")
    assert running() == []

"""At a terminal flash names the node and asks for yes; after any other answer it writes nothing and says why."""

import hashlib
import os
import pathlib
import pty
import re
import shutil
import subprocess

import pytest

from harness.flash import FLASH, Disk, Image, config_on
from harness.workspace import command

CONFIG = """{"ignition": {"version": "3.3.0"},
 "storage": {"files": [{"path": "/etc/hostname", "contents": {"source": "data:,nuc1%0A"}}]}}
"""


@pytest.fixture(name="image", scope="module")
def make_image(workspace):
    image = Image(workspace.make_directory("image"))
    image.config.write_text(CONFIG)
    return image


@pytest.fixture(name="disk")
def make_disk(workspace):
    disk = Disk(workspace, fill=True)
    command("blockdev", "--flushbufs", disk.device)
    yield disk
    disk.close()


def digest(disk):
    return hashlib.sha256(pathlib.Path(disk.backing).read_bytes()).hexdigest()


def at_a_terminal(image, disk, answer, path=os.environ["PATH"]):
    """Runs flash on its own terminal, types `answer` and Enter when it asks, and returns status and screen."""
    screen, terminal = pty.openpty()
    child = subprocess.Popen([FLASH, "--internal", "--config", image.config, image.raw, disk.device], stdin=terminal,
                             stdout=terminal, stderr=terminal, start_new_session=True,
                             env={**os.environ, "PATH": path})
    os.close(terminal)
    shown, answered = "", False
    while True:
        try:
            chunk = os.read(screen, 4096)
        except OSError:  # the last writer has closed the terminal
            chunk = b""
        if not chunk:
            break
        shown += chunk.decode()
        if not answered and re.search(r"Type yes to confirm: $", shown):
            os.write(screen, f"{answer}\n".encode())
            answered = True
    os.close(screen)
    return child.wait(timeout=10), shown


def lines(screen):
    """The visible text of each line, with \\r moving to its start and \\e[K clearing its rest."""
    for line in screen.replace("\r\n", "\n").split("\n"):
        seen = ""
        for part in line.split("\r"):
            if "\x1b[K" in part:
                before, _, after = part.rpartition("\x1b[K")
                seen = before.split("\x1b[K")[-1] + after
            else:
                seen = part + seen[len(part):]
        yield seen


def test_y_is_not_yes(image, disk):
    before = digest(disk)
    status, screen = at_a_terminal(image, disk, "y")
    assert status == 4 and digest(disk) == before
    assert f"Write {image.raw} to {disk.device} for node nuc1? Type yes to confirm: " in screen
    assert "nothing was written: the answer was not yes" in screen


def test_yes_writes_and_no_line_of_progress_leaves_a_rest(workspace, image, disk):
    # A slow disk: otherwise everything is written before the first progress line.
    slow = workspace.make_directory("slow") / "bmaptool"
    slow.write_text(f'#!/bin/sh\nsleep 1\nexec {shutil.which("bmaptool")} "$@"\n')
    slow.chmod(0o755)
    status, screen = at_a_terminal(image, disk, "yes", f"{slow.parent}:{os.environ['PATH']}")
    assert status == 0, screen
    assert "s left" in screen
    assert config_on(disk.backing) == CONFIG
    said = [line for line in lines(screen) if line.startswith("flash: ")]
    assert said[-1] == f"flash: {disk.device} is written and read back; insert it into nuc1 and switch the machine on"
    for line in said:
        assert line.count("B/s") <= 1 and not re.search(r"reading back [0-9.]+.?B.", line), line

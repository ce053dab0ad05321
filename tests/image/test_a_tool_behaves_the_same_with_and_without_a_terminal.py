"""A tool prints the same, and nothing else, to a terminal, a pipe and a file, and without standard input."""

import os
import subprocess

import pexpect
import pytest

from harness.workspace import REPOSITORY

IN_TREE = str(REPOSITORY / "image/in-tools-tree")
# What mkosi does first: it looks up the name of its terminal.
TOOL = "import os, sys; print(os.ttyname(2) if os.isatty(2) else 'no terminal', len(sys.stdin.read()))"
CLOSED = "closed"


@pytest.fixture(scope="session", autouse=True)
def tools():
    """The tools tree, built when it is missing."""
    subprocess.run([REPOSITORY / "image/tools-tree"], check=True, timeout=600)


def on_a_terminal(command):
    """The full output of a command on its own terminal, and its exit status."""
    child = pexpect.spawn(command[0], command[1:], encoding="utf-8", timeout=30)
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    return child.before.replace("^D\b\b", "").split("\r\n"), child.exitstatus


def test_a_terminal_has_its_name():
    lines, status = on_a_terminal([IN_TREE, "python3", "-c", TOOL])
    assert status == 0, lines
    assert len(lines) == 2 and lines[1] == "", lines
    assert lines[0].startswith("/dev/pts/") and lines[0].endswith(" 0")


@pytest.mark.parametrize("into", ["pipe", "file"])
@pytest.mark.parametrize("source", [subprocess.DEVNULL, subprocess.PIPE, CLOSED])
def test_without_a_terminal_it_prints_nothing_else(tmp_path, into, source):
    file = tmp_path / "output"
    with open(file, "w", encoding="utf-8") as output:
        done = subprocess.run(
            [IN_TREE, "python3", "-c", TOOL], check=False, text=True, timeout=30,
            stdin=None if source in (CLOSED, subprocess.PIPE) else source,
            input="four" if source == subprocess.PIPE else None,
            preexec_fn=(lambda: os.close(0)) if source == CLOSED else None,
            stdout=output if into == "file" else subprocess.PIPE, stderr=subprocess.STDOUT)
    printed = file.read_text(encoding="utf-8") if into == "file" else done.stdout
    assert (printed, done.returncode) == (f"no terminal {4 if source == subprocess.PIPE else 0}\n", 0)

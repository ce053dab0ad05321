"""A long build step reports its progress, keeps its full output in a file, and ends a failure with the next step."""

import os
import pathlib
import subprocess

import pexpect
import pytest

from harness.workspace import REPOSITORY

STEP = REPOSITORY / "tools/step"
# apt's own output, as it prints it to a pipe.
APT = r"""
echo 'The following NEW packages will be installed:'; echo '  libfoo bar'
echo '0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.'
echo 'Get:1 http://mirror/debian trixie/main amd64 libfoo amd64 1.2 [12 kB]'
echo 'Get:2 http://mirror/debian trixie/main amd64 bar amd64 1.0 [3 kB]'
echo 'Setting up libfoo:amd64 (1.2) ...'; sleep 1.2; echo 'Setting up bar (1.0) ...'
"""


def step(tmp_path, script, *options):
    done = subprocess.run([STEP, *options, "thing", tmp_path / "log", "bash", "-c", script], cwd=tmp_path, check=False,
                          capture_output=True, text=True, timeout=30)
    return done, (tmp_path / "log").read_text() if (tmp_path / "log").exists() else None


def test_without_a_terminal_each_phase_is_a_line(tmp_path):
    done, log = step(tmp_path, APT, "--about", "7")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "thing: started, about 7 s on two idle processors (log: log)"
    assert done.stdout.splitlines()[1:3] == ["thing: fetching packages, 2 of them (0 s)",
                                             "thing: installing packages, 2 of them (0 s)"]
    assert done.stdout.splitlines()[3:] == ["thing: done in 1 s"]
    assert log == subprocess.run(["bash", "-c", APT], check=True, capture_output=True, text=True).stdout


def test_on_a_terminal_one_line_counts(tmp_path):
    child = pexpect.spawn(str(STEP), ["thing", str(tmp_path / "log"), "bash", "-c", APT], encoding="utf-8", timeout=20,
                          env={"PATH": "/usr/bin:/bin", "TERM": "xterm"})
    child.expect_exact("\r\x1b[Kthing: installing packages, 1 of 2 (")
    child.expect_exact("\r\x1b[Kthing: done in ")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.parametrize("words, told", [
    ("W: Failed to fetch http://mirror/x  Temporary failure resolving 'mirror'",
     "the package mirror cannot be reached; check the network and run the same command again"),
    ("dpkg: error: cannot copy extracted data: No space left on device",
     "the disk is full; make room and run the same command again"),
    ("E: Unable to locate package no-such-thing", "no mirror has one of the packages"),
    ("something else", "the command failed (exit 3)"),
])
def test_a_failure_ends_with_what_to_do(tmp_path, words, told):
    done, log = step(tmp_path, f'echo "{words}"; exit 3')
    assert done.returncode == 1
    assert log == words + "\n"
    assert words in done.stderr
    assert done.stdout.splitlines()[-1] == f"thing: {told}; the full output is in log"


def test_too_little_space_is_reported_before_anything_is_done(tmp_path):
    done, log = step(tmp_path, "touch begun", "--needs", "1000000000")
    assert (done.returncode, log) == (1, None)
    assert done.stdout.startswith("thing: needs 1000000000 MB in ")
    assert done.stdout.endswith(" MB free; make room and run it again\n")
    assert not (tmp_path / "begun").exists()


def test_ctrl_c_ends_the_command_too(tmp_path):
    child = pexpect.spawn(str(STEP), ["thing", str(tmp_path / "log"), "bash", "-c", "echo $$; exec sleep 60"],
                          encoding="utf-8", timeout=20, env={**os.environ, "TERM": "xterm", "MAKEFLAGS": ""})
    child.expect_exact("asking the mirrors")
    log = tmp_path / "log"
    while not log.exists() or not log.read_text().endswith("\n"):
        child.expect_exact("asking the mirrors")
    pid = int(log.read_text())
    child.sendintr()
    child.expect_exact("thing: interrupted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert not pathlib.Path(f"/proc/{pid}").exists()

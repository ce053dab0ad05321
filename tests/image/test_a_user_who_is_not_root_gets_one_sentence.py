"""Every tool that needs root tells other users so in one sentence, before it does anything."""

import subprocess

import pytest

from harness.workspace import BUILD, REPOSITORY

NOBODY = 65534


@pytest.mark.parametrize("command", [
    ["image/tools-tree"], ["image/tools-tree", "vm"], ["image/tree"], ["image/build"], ["image/extension"],
    ["image/run-mkosi", "image", "1", "1", "build/log"], ["image/in-tools-tree", "true"], ["tests/tree/build"]])
def test_it_says_so_and_does_nothing(command):
    before = sorted(BUILD.iterdir())
    done = subprocess.run(command, cwd=REPOSITORY, user=NOBODY, group=NOBODY, extra_groups=[], check=False,
                          capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.endswith("needs root; run it as root or with sudo\n")
    assert sorted(BUILD.iterdir()) == before

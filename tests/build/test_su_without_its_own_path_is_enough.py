"""`su` keeps its caller's PATH, which on Debian has no sbin; tools that need losetup and pivot_root still find them."""

import os

import pytest

from harness.workspace import REPOSITORY, command

PATH_OF_A_USER = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"


def as_su_leaves_it(*argv):
    return command(*argv, cwd=REPOSITORY, env=os.environ | {"PATH": PATH_OF_A_USER})


@pytest.mark.parametrize("program", ["losetup", "mkfs.btrfs", "pivot_root"])
def test_make_finds_the_programs_of_root(program):
    found = as_su_leaves_it("make", "--silent", f"--eval=where: ; @command -v {program}", "where")
    assert found.stdout.strip().endswith(f"sbin/{program}")

"""Two makes that link the same program at the same time: both succeed, the program is whole, and nothing is left over."""

import os
import subprocess

from harness.workspace import REPOSITORY

PROGRAM = REPOSITORY / "build/cratectl.debug"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}


def start_make(*goals):
    return subprocess.Popen(["make", *goals], cwd=REPOSITORY, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL)


def test_two_makes_in_one_tree_do_not_break_each_other():
    assert start_make("all").wait() == 0
    for _ in range(3):
        PROGRAM.unlink()
        makes = [start_make("build/cratectl.debug") for _ in range(2)]
        assert [make.wait() for make in makes] == [0, 0]
        assert subprocess.run([PROGRAM, "--version"], capture_output=True, check=True).stdout
    assert start_make("all").wait() == 0
    assert not list(PROGRAM.parent.glob("cratectl*.part"))

"""If another process still uses a disk of the demo at its end, the demo names the disk instead of claiming success."""

import subprocess

from harness.wait import wait_until
from harness.workspace import RUNS


def test_the_demo_says_what_it_could_not_remove(make_demo):
    demo = make_demo()
    demo.wait_for_line("n1 has booted", 180)
    visitor = subprocess.Popen(["sleep", "1000"], cwd=RUNS / str(demo.pid) / "node-n1/disk")
    try:
        demo.press_ctrl_c()
        assert demo.end(60) == 1
        said = demo.text.partition("not everything could be removed")[2]
        assert "loop /dev/loop" in said and "the next `make demo` removes" in said
        assert "everything is removed" not in demo.text
    finally:
        visitor.kill()
        visitor.wait(10)
    wait_until(lambda: demo.leftovers() == [], 10, lambda: f"nothing to be left, but {demo.leftovers()}")

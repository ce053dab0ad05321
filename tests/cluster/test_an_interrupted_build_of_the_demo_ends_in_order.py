"""Ctrl-C and SIGTERM while the demo builds: make gets the time to clean up, and the demo says that one can go on."""

import pytest

from harness.demo import Demo

MAKE = """#!/bin/bash
trap 'sleep 1; echo make has cleaned up; exit 2' INT TERM
echo make works
while :; do sleep 0.1; done
"""


@pytest.mark.parametrize("end", [Demo.press_ctrl_c, Demo.terminate])
def test_an_interrupted_build_of_the_demo_ends_in_order(tmp_path, end):
    make = tmp_path / "make"
    make.write_text(MAKE)
    make.chmod(0o755)
    demo = Demo(f"PATH={tmp_path}:$PATH tools/demo/run --stand-in")
    try:
        demo.wait_for_line("make works", 10)
        end(demo)
        assert demo.end(20) == 130
        assert demo.text.endswith("make has cleaned up\n"
                                  "demo: interrupted; what is built stays, the next `make demo` goes on")
        assert demo.terminal.modes() == demo.modes and demo.leftovers() == []
    finally:
        demo.close()

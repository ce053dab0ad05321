"""After Ctrl-C or SIGTERM during its build the demo lets make clean up, and says that the next run resumes."""

import pytest

from harness.demo import Demo

MAKE = """#!/bin/bash
trap 'sleep 1; echo make has cleaned up; exit 2' INT TERM
echo make works
while :; do sleep 0.1; done
"""


@pytest.mark.parametrize("end", [Demo.press_ctrl_c, Demo.terminate])
def test_an_interrupted_build_of_the_demo_ends_cleanly(tmp_path, end):
    make = tmp_path / "make"
    make.write_text(MAKE)
    make.chmod(0o755)
    demo = Demo(f"PATH={tmp_path}:$PATH tools/demo/run --stand-in")
    try:
        demo.wait_for_line("make works", 10)
        end(demo)
        assert demo.end(20) == 130
        assert demo.text.endswith("make has cleaned up\n"
                                  "demo: interrupted; the next `make demo` resumes the build")
        assert demo.terminal.modes() == demo.modes and demo.leftovers() == []
    finally:
        demo.close()

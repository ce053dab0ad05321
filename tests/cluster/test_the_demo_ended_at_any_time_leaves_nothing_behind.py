"""Ctrl-C and SIGTERM end the demo while it boots and at its prompt; nothing of it is left on the machine."""

import pytest

from harness.demo import Demo


@pytest.mark.parametrize("moment, end, status", [
    pytest.param("making 4 nodes", Demo.press_ctrl_c, 130, id="ctrl-c-while-the-nodes-are-made"),
    pytest.param("n2 has booted", Demo.press_ctrl_c, 130, id="ctrl-c-while-the-nodes-boot"),
    pytest.param("n4 has booted", Demo.terminate, 130, id="sigterm-before-it-is-ready"),
    pytest.param("quit ", Demo.press_ctrl_c, 0, id="ctrl-c-at-the-prompt"),
])
def test_the_demo_ended_at_any_time_leaves_nothing_behind(make_demo, moment, end, status):
    demo = make_demo()
    demo.wait_for_line(moment, 180)
    assert demo.leftovers() != []
    end(demo)
    assert demo.end(60) == status, demo.text
    assert demo.leftovers() == []
    assert "everything is removed" in demo.lines[-1]

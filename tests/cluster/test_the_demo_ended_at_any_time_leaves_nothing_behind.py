"""Ctrl-C, Ctrl-\\ and SIGTERM end the demo while it boots, at its prompt and during a command; it leaves nothing."""

import pytest

from harness.demo import Demo


@pytest.mark.parametrize("moment, line, end, status", [
    pytest.param("creating 4 nodes", None, Demo.press_ctrl_c, 130, id="ctrl-c-while-the-nodes-are-made"),
    pytest.param("n2 has booted", None, Demo.press_ctrl_c, 130, id="ctrl-c-while-the-nodes-boot"),
    pytest.param("n2 has booted", None, Demo.terminate, 130, id="sigterm-while-the-nodes-boot"),
    pytest.param("n1 has booted", None, Demo.press_ctrl_backslash, 130, id="ctrl-backslash-while-the-nodes-boot"),
    pytest.param("demo> ", None, Demo.press_ctrl_c, 0, id="ctrl-c-at-the-prompt"),
    pytest.param("waiting for etcd", "kill n4", Demo.press_ctrl_c, 0, id="ctrl-c-while-a-command-waits"),
])
def test_the_demo_ended_at_any_time_leaves_nothing_behind(make_demo, moment, line, end, status):
    demo = make_demo()
    if line:
        demo.until_asked().type(line)
    demo.wait_for_line(moment, 180)
    assert demo.leftovers() != []
    end(demo)
    assert demo.end(60) == status, demo.text
    assert demo.terminal.modes() == demo.modes
    assert demo.leftovers() == []
    assert "everything is removed" in demo.lines[-1]

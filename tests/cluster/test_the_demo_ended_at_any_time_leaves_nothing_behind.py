"""Ctrl-C and SIGTERM end the demo while it boots and at its prompt; nothing of it is left on the machine."""

import signal

import pytest


@pytest.mark.parametrize("moment, number, status", [
    pytest.param("making 4 nodes", signal.SIGINT, 130, id="ctrl-c-while-the-nodes-are-made"),
    pytest.param("n2 has booted", signal.SIGINT, 130, id="ctrl-c-while-the-nodes-boot"),
    pytest.param("n4 has booted", signal.SIGTERM, 130, id="sigterm-before-it-is-ready"),
    pytest.param("quit ", signal.SIGINT, 0, id="ctrl-c-at-the-prompt"),
])
def test_the_demo_ended_at_any_time_leaves_nothing_behind(make_demo, moment, number, status):
    demo = make_demo()
    demo.wait_for_line(moment, 180)
    assert demo.leftovers() != []
    demo.signal(number)
    assert demo.end(60) == status, demo.text
    assert demo.leftovers() == []
    assert "everything is removed" in demo.lines[-1]

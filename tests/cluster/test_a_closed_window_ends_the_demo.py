"""The window of the demo is closed, at its prompt or while one sits in a node's shell: the demo ends and cleans up."""

import pytest


@pytest.mark.parametrize("line, there", [("", "demo> "), ("shell n2", "root@n2")])
def test_a_closed_window_ends_the_demo(make_demo, line, there):
    demo = make_demo()
    demo.until_asked()
    demo.type(line)
    demo.terminal.wait_for(there, 20)
    assert demo.leftovers() != []
    demo.hang_up()
    demo.until_gone(60)
    assert demo.leftovers() == []

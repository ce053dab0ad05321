"""A node that goes off while one sits in its shell: the demo says so, asks what to do next, and starts it again."""


def test_a_shell_ends_with_its_node_and_the_demo_goes_on(demo):
    demo.type("shell n3")
    demo.terminal.wait_for("root@n3", 20)
    before = len(demo.text)
    demo.type("systemctl poweroff --force --force")
    demo.until_asked(20, before)
    assert "n3 went off, and the shell with it" in demo.text[before:]
    assert "shell: n3 is switched off: start n3" in demo.do("shell n3")
    assert "n3 is ready" in demo.do("start n3")

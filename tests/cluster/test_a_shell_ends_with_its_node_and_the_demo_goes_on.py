"""When a node goes down while its shell is open, the demo says so, prompts again, and can start the node."""

import subprocess

from harness.workspace import command


def test_a_shell_ends_with_its_node_and_the_demo_goes_on(demo):
    demo.type("shell n3")
    demo.terminal.wait_for("root@n3", 20)
    before = len(demo.text)
    demo.type("systemctl poweroff --force --force")
    demo.until_asked(20, before)
    assert "n3 went down, so its shell ended" in demo.text[before:]
    assert "shell: n3 is switched off; run: start n3" in demo.do("shell n3")
    assert "n3 is ready" in demo.do("start n3")


def test_an_orderly_shutdown_from_its_shell_ends_the_shell_too(demo):
    # The shutdown stops every process once, including nsenter, which nothing outside the node would continue.
    demo.type("shell n4")
    demo.terminal.wait_for("root@n4", 20)
    before = len(demo.text)
    demo.type("poweroff")
    demo.until_asked(60, before)
    assert "n4 went down, so its shell ended" in demo.text[before:]
    assert "n4 is ready" in demo.do("start n4")


def test_a_visitor_from_another_terminal_holds_no_node_back(demo):
    # The suggested command, for the current run of the node: another test may have switched it off and on.
    words = demo.suggestions()["watch the cluster from n1"].split()
    container = command("pgrep", "--full", f"systemd-nspawn.*--machine=ck-{demo.pid}-n1").stdout.split()[0]
    words[2] = command("pgrep", "--parent", container).stdout.split()[0]
    assert words[:5] == ["nsenter", "--target", words[2], "--all", "--"]
    visitor = subprocess.Popen([*words[:5], "sleep", "600"])
    try:
        said = demo.do("stop n1")
        assert "n1 is off" in said
        assert visitor.wait(10) != 0
    finally:
        visitor.kill()
        visitor.wait()
    assert "n1 is ready" in demo.do("start n1")

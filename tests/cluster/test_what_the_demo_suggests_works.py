"""Every command that the demo suggests for another terminal works, and the prompt can repair what it broke."""

import subprocess

from harness.wait import wait_until


def run(command, check=True):
    """Runs it as if pasted into a shell, but once instead of every second."""
    return subprocess.run(["sh", "-c", command.replace("watch -n 1 ", "")], check=check, timeout=30,
                          capture_output=True, text=True).stdout


def test_what_the_demo_suggests_works(make_demo):
    demo = make_demo()
    demo.until_asked()
    commands = demo.suggestions()
    assert len(commands) == 7
    watch = commands.pop("watch the cluster from n1")
    assert run(watch).count("running") == 4
    assert run(commands.pop("n2 as a load balancer sees it")).startswith("HTTP/1.1 200 ")
    assert "READY" in run(commands.pop("n1's own status"))
    assert run(commands.pop("the service keys, as in 2014")).count("/services/crate/n") == 4
    run(commands.pop("kill the agent of n2"))
    run(commands.pop("kill the database of n2"))
    run(commands.pop("cut the power of n2"))
    assert commands == {}
    # No answer while etcd elects a new leader, if n2 was the leader.
    wait_until(lambda: run(watch, check=False).count("running") == 3, 20, "n2 gone from the list of units")
    for line in ("start n2", "unplug n3", "plug n3", "list", "shell n3", "echo I am $(hostname)"):
        demo.type(line)
    demo.wait_for_line("I am n3", 90)
    # Ctrl-C goes to the shell now.
    demo.press_ctrl_c()
    demo.terminal.wait_for("^C\nroot@n3", 10)
    demo.do("exit", 20)
    demo.terminal.press("\x04")  # Ctrl-D
    assert demo.end(60) == 0, demo.text
    assert "n3 is out of etcd" in demo.text and "n2 is ready: crate@" in demo.text
    assert demo.text.rpartition("$ cratectl list-units")[2].count("running") == 4
    assert demo.leftovers() == []

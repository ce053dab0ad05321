"""`shell n1` in the demo supports job control, Ctrl-C and window sizes; afterwards the demo is at its prompt again."""


def test_a_shell_in_a_node_gives_the_terminal_back(demo):
    terminal = demo.terminal
    demo.type("shell n1")
    terminal.wait_for("root@n1", 20)
    assert "no job control" not in demo.text
    before = len(demo.text)
    demo.type("tty; echo size $(stty size) on $(hostname)")
    terminal.wait_for("size 40 120 on n1", 10)
    assert "/dev/pts/" in demo.text[before:]

    terminal.resize(30, 100)
    demo.type("echo now $(stty size)")
    terminal.wait_for("now 30 100", 10)
    demo.type("sh -c 'echo asleep soon; exec sleep 1000'")
    terminal.wait_for("\nasleep soon\n", 10)
    terminal.press("\x1a")
    terminal.wait_for("Stopped                 sh -c", 10)
    demo.type("fg")
    terminal.wait_for("fg\nsh -c 'echo asleep soon; exec sleep 1000'\n", 10)
    terminal.press("\x03")
    terminal.wait_for("^C\nroot@n1", 10)
    demo.type("echo interrupted with $?")
    terminal.wait_for("interrupted with 130", 10)
    terminal.resize(40, 120)

    demo.type("exit")
    demo.until_asked(20, len(demo.text))
    assert demo.do("list").count("running") == 4

"""Ctrl-Z and `fg` at the demo's prompt and during a command: the shell gets its terminal, and nothing is lost."""

CTRL_Z = "\x1a"


def until_stopped(demo, times):
    demo.terminal.wait_for("Stopped", 20, times)
    assert demo.runs
    return demo.terminal.modes()


def test_the_demo_stops_at_ctrl_z_and_goes_on(demo):
    stops = demo.text.count("Stopped")
    shown = demo.text.count("demo> statu")
    demo.terminal.press("statu")
    demo.terminal.wait_for("demo> statu", 10, shown + 1)
    demo.terminal.press(CTRL_Z)
    assert until_stopped(demo, stops + 1) == demo.modes

    shown = demo.text.count("demo> statu")
    demo.type("fg")
    demo.terminal.wait_for("demo> statu", 10, shown + 1)
    before = len(demo.text)
    demo.type("s n1")
    demo.until_asked(20, before + 1)
    assert "READY for traffic" in demo.text[before:]

    demo.type("kill n2")
    demo.wait_for_line("waiting for etcd to drop n2", 10)
    demo.terminal.press(CTRL_Z)
    assert until_stopped(demo, stops + 2) == demo.modes
    before = len(demo.text)
    demo.type("fg")
    demo.until_asked(90, before + 3)
    assert "n2 is out of etcd" in demo.text[before:]
    assert "n2 is ready" in demo.do("start n2")

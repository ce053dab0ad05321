"""`kill`, `stop` and `start` in the demo respond within a second, report the outcome, and name a lost majority."""

import time

from harness.wait import wait_until


def told_at_once(demo, line, words):
    """The demo's full output after a line; `words` must appear within a second after Enter."""
    before, start = len(demo.text), time.monotonic()
    demo.type(line)
    wait_until(lambda: words in demo.text[before:], 10, f"'{words}' after '{line}'", interval=0.01)
    assert time.monotonic() - start < 1
    demo.until_asked(90, before + len(line))
    return demo.text[before:]


def test_the_demo_says_at_once_what_it_waits_for(demo):
    killed = told_at_once(demo, "kill n1", "cutting the power of n1")
    waiting, dropped = killed.index("waiting for etcd to drop n1"), killed.index("n1 is out of etcd")
    assert waiting < dropped
    assert "n2: ready: " in killed[dropped:] and "n1:" not in killed[dropped:]

    alone = demo.do("kill n2")
    assert "etcd has lost its majority, 1 of its 3 members reachable" in alone
    assert "n2 is out of etcd" not in alone
    assert demo.do("status n2") == "status: n2 is switched off; run: start n2\n"
    assert demo.do("status").startswith("n1: switched off\nn2: switched off\nn3: ")

    assert "n2 is ready" in told_at_once(demo, "start n2", "booting n2")
    assert "n1 is ready" in demo.do("start n1")

    stopped = told_at_once(demo, "stop n4", "shutting down n4")
    assert stopped.index("n4 is off\n") < stopped.index("n4 is out of etcd")
    assert "n4 is ready" in demo.do("start n4")

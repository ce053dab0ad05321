"""`kill`, `stop` and `start` in the demo speak within a second, tell how it ends, and name a majority that is lost."""

import time

from harness.wait import wait_until


def told_at_once(demo, line, words):
    """All that a line makes the demo say; these words within a second from the key Enter."""
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
    assert "etcd has lost its majority, 1 of its 3 members can be reached" in alone
    assert "n2 is out of etcd" not in alone
    assert demo.do("status n2") == "status: n2 is switched off: start n2\n"
    assert demo.do("status").startswith("n1: switched off\nn2: switched off\nn3: ")

    assert "n2 is ready" in told_at_once(demo, "start n2", "n2 boots")
    assert "n1 is ready" in demo.do("start n1")

    stopped = told_at_once(demo, "stop n4", "n4 shuts down in order")
    assert stopped.index("n4 is off\n") < stopped.index("n4 is out of etcd")
    assert "n4 is ready" in demo.do("start n4")

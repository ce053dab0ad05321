"""`kill`, `stop` and `start` in the demo speak within a second, go on telling, and name a majority that is lost."""

import time


def first_words(demo, line, words):
    """Seconds from the key Enter to these words."""
    start = time.monotonic()
    demo.type(line)
    demo.terminal.wait_for(words, 10)
    return time.monotonic() - start


def finish(demo):
    demo.until_asked(90)
    return demo.text.rpartition("demo> ")[0].rpartition("demo> ")[2]


def test_the_demo_says_at_once_what_it_waits_for(demo):
    assert first_words(demo, "kill n1", "cutting the power of n1") < 1
    killed = finish(demo)
    waiting, dropped = killed.index("waiting for etcd to drop n1"), killed.index("n1 is out of etcd")
    assert "waiting: " in killed[waiting:dropped]
    assert "n2: ready: " in killed[dropped:] and "n1:" not in killed[dropped:]

    alone = demo.do("kill n2")
    assert "etcd has lost its majority, 1 of its 3 members can be reached" in alone
    assert "n2 is out of etcd" not in alone
    assert demo.do("status n2") == "status: n2 is switched off: start n2\n"
    assert demo.do("status").startswith("n1: switched off\nn2: switched off\nn3: ")

    assert first_words(demo, "start n2", "n2 boots") < 1
    assert "n2 is ready" in finish(demo)
    assert "n1 is ready" in demo.do("start n1")

    assert first_words(demo, "stop n4", "n4 shuts down in order") < 1
    stopped = finish(demo)
    assert stopped.index("n4 is off\n") < stopped.index("n4 is out of etcd")
    assert "n4 is ready" in demo.do("start n4")

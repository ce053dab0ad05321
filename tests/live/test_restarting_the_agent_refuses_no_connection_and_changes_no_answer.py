"""systemd owns the socket: a client during a restart waits a moment and gets the same answer."""

import threading


def test_restarting_the_agent_refuses_no_connection_and_changes_no_answer(make_agent):
    node = make_agent("n1").boot().until_ready()
    answers, stop = [], threading.Event()

    def ask():
        while not stop.is_set() and len(answers) < 5000:
            try:
                answers.append(node.http("/ready", timeout=10)[0])
            except OSError as error:
                answers.append(repr(error))

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        for _ in range(20):
            node.systemctl("restart", "cratekeeper.service")
            node.until_ready(10)
    finally:
        stop.set()
        asker.join()
    assert len(answers) > 20
    assert set(answers) == {200}

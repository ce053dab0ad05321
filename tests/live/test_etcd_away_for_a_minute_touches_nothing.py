"""With etcd stopped for a minute: same container, always ready, a warning in /health, then announced again."""

import time


def test_etcd_away_for_a_minute_touches_nothing(make_agent):
    node = make_agent("n1").boot().until_ready()
    node.until_announced()
    container = node.container_pid("crate-1")
    node.etcd.stop()
    node.wait_for(lambda: node.component("etcd")["status"] == "warn", 10, "the warning")
    assert "etcd" in node.status_text() and "next try in" in node.status_text()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert node.status_code() == 200
        assert node.container_pid("crate-1") == container
        time.sleep(1)
    node.etcd.start()
    node.wait_for(lambda: node.etcd.get("/services/crate/n1"), 5, "the announcement to be back")
    node.wait_for(lambda: node.component("etcd")["status"] == "pass", 5, "the warning to go")
    assert node.container_pid("crate-1") == container

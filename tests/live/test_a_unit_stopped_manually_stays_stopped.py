"""After a manual stop of the unit the agent reports it and does not start it, even after its own restart."""

import time


def test_a_unit_stopped_manually_stays_stopped(make_agent):
    node = make_agent("n1").boot().until_ready()
    node.systemctl("stop", "crate@1.service")
    node.wait_for(lambda: node.status_code() == 503, 5, "the answer to turn")
    node.wait_for(lambda: not node.etcd.get("/services/crate/n1"), 5, "the key to go")
    node.systemctl("restart", "cratekeeper.service")
    time.sleep(8)
    assert node.active_state("crate@1.service") == "inactive"
    assert "stopped manually" in node.status_text()
    assert "systemctl start crate@1.service" in node.component("unit")["advice"]
    node.systemctl("start", "crate@1.service")
    node.until_ready()

"""Another crate@ instance already runs: ours is not started, theirs is not stopped, and the words say so."""

import time


def test_a_second_crate_unit_is_refused_not_fought(make_agent):
    node = make_agent("n1")
    # The other instance is any service of that name; here one that only waits.
    node.write("/usr/lib/systemd/system/crate@7.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    node.enable("crate@7.service", "multi-user.target")
    node.boot()
    node.wait_for(lambda: "crate@7.service already runs" in node.status_text(), 30, "the refusal")
    time.sleep(3)
    assert node.active_state("crate@7.service") == "active"
    assert node.active_state("crate@1.service") == "inactive"
    assert node.status_code() == 503

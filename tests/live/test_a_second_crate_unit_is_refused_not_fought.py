"""If another crate@ instance runs, the agent does not start its own, does not stop the other, and says so."""

import time


def test_a_second_crate_unit_is_refused_not_fought(make_agent):
    node = make_agent("n1")
    # The other instance can be any service of that name; this one only waits.
    node.write("/usr/lib/systemd/system/crate@7.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    node.enable("crate@7.service", "multi-user.target")
    node.boot()
    node.wait_for(lambda: "crate@7.service already runs" in node.status_text(), 30, "the refusal")
    time.sleep(3)
    assert node.active_state("crate@7.service") == "active"
    assert node.active_state("crate@1.service") == "inactive"
    assert node.status_code() == 503

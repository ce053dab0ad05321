"""`start` of a node that was taken out of the cluster: the demo tells the node's own reason instead of waiting on."""

from harness.wait import wait_until


def test_the_demo_says_why_a_node_stays_out(demo):
    assert "n4 is out of etcd" in demo.do("kill n4")
    wait_until(lambda: "n4" not in demo.do("sql SELECT name FROM sys.nodes"), 30, "the database to drop n4", 0.5)
    assert "n4" in demo.do("cratectl forget --yes n4")

    refused = demo.do("start n4", 40)
    assert "n4 was removed from the cluster" in refused and "cratectl forget --undo" in refused
    assert refused.splitlines()[-1].endswith("n4 does not join; when the cause is gone, it does by itself (status n4)")

    demo.do("cratectl forget --undo --yes n4")
    wait_until(lambda: demo.do("status").count(": ready: ") == 4, 60, "n4 to be back", 0.5)

"""After `start` of a forgotten node the demo prints the node's own reason instead of waiting."""

from harness.wait import wait_until


def test_the_demo_says_why_a_node_stays_out(demo):
    assert "n4 is out of etcd" in demo.do("kill n4")
    wait_until(lambda: "n4" not in demo.do("sql SELECT name FROM sys.nodes"), 30, "the database to drop n4", 0.5)
    assert "n4" in demo.do("cratectl forget --yes n4")

    refused = demo.do("start n4", 40)
    assert "n4 was removed from the cluster" in refused and "cratectl forget --undo" in refused
    last = refused.splitlines()[-1]
    assert last.endswith("n4 does not join; it joins by itself once the cause is fixed (see: status n4)")

    demo.do("cratectl forget --undo --yes n4")
    wait_until(lambda: demo.do("status").count(": ready: ") == 4, 60, "n4 to be back", 0.5)

"""With etcd over its quota the lease survives, a dead endpoint goes, the agent says what to do, and all recovers."""

from harness.untouched import announced_again, nothing_is_touched, until_etcd_warns


def test_etcd_without_space_withdraws_what_is_gone(make_agent, make_etcd, network):
    etcd = make_etcd(namespace=network.hub, address=network.ADDRESS, extra=["--quota-backend-bytes=16777216"])
    node = make_agent("n1", etcd).boot().until_ready()
    announced_again(node, within=10)
    lease = etcd.lease_of("/services/crate/n1")
    with nothing_is_touched(node):
        while etcd.etcdctl("put", "/filler", "x" * 100_000, check=False).returncode == 0:
            pass
        assert "NOSPACE" in etcd.etcdctl("alarm", "list").stdout
    node.run("kill", "-9", node.container_pid("crate-1"))
    node.wait_for(lambda: node.status_code() == 503, 2, "the answer to turn")
    node.wait_for(lambda: not etcd.get("/services/crate/n1"), 3, "the endpoint of a dead database to go")
    assert "etcdctl alarm disarm" in until_etcd_warns(node, "database space exceeded")["output"]
    node.until_ready()
    with nothing_is_touched(node):
        until_etcd_warns(node, "database space exceeded")
        etcd.compact()
        etcd.etcdctl("defrag")
        etcd.etcdctl("alarm", "disarm")
        announced_again(node)
    assert etcd.lease_of("/services/crate/n1") == lease
    warnings = node.journal("cratekeeper.service", 500).count("database space exceeded (")
    assert warnings <= 2, "said once, in the log and in the status"

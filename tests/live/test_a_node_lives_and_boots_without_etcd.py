"""Without etcd, readiness follows a database that ends and returns, and a reboot starts the database again."""

from harness.untouched import announced_again, hosts, nothing_is_touched, until_etcd_warns


def test_a_node_lives_and_boots_without_etcd(make_agent):
    node = make_agent("n1").boot().until_ready()
    announced_again(node, within=10)
    peers, before = hosts(node), node.page("/v1/node")
    node.etcd.stop()
    until_etcd_warns(node)

    container = node.container_pid("crate-1")
    node.run("kill", "-9", container)
    node.wait_for(lambda: node.status_code() == 503, 2, "the truth about a dead database")
    node.until_ready()
    assert node.container_pid("crate-1") not in (None, container)

    node.power_off()
    node.boot().until_ready()
    assert hosts(node) == peers
    after = node.page("/v1/node")
    assert (after["slot"], after["cluster_id"]) == (before["slot"], before["cluster_id"])
    with nothing_is_touched(node):
        until_etcd_warns(node)
        node.etcd.start()
        announced_again(node)

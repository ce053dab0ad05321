"""A killed database is not ready and not announced before systemd even notices; then systemd restarts it."""


def test_killing_the_container_withdraws_it_at_once_and_it_comes_back(make_agent):
    node = make_agent("n1").boot().until_ready()
    node.until_announced()
    first = node.container_pid("crate-1")
    node.run("kill", "-9", first)
    node.wait_for(lambda: node.status_code() == 503, 2, "the answer to turn")
    node.wait_for(lambda: not node.etcd.get("/services/crate/n1"), 2, "the key to go")
    node.until_ready()
    assert node.container_pid("crate-1") not in (None, first)
    node.wait_for(lambda: node.etcd.get("/services/crate/n1"), 5, "the key to come back")

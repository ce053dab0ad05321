"""etcd without a majority for half a minute: every container keeps its process, every node stays ready."""

import time


def test_two_of_three_etcd_members_gone_touch_no_database(make_shelf):
    shelf = make_shelf(count=4).boot().until_ready()
    containers = shelf.containers()
    hosts = [node.read("/var/lib/cratekeeper/crate@%d/config/unicast_hosts.txt" % node.page("/v1/node")["slot"])
             for node in shelf.nodes]
    for node in shelf.nodes[:2]:
        node.systemctl("stop", "etcd-member.service")
    shelf.wait_for(lambda: all(node.component("etcd")["status"] == "warn" for node in shelf.nodes), 20, "the warnings")
    end = time.monotonic() + 30
    while time.monotonic() < end:
        assert shelf.ready()
        time.sleep(1)
    assert shelf.containers() == containers
    for node in shelf.nodes[:2]:
        node.systemctl("start", "etcd-member.service")
    shelf.wait_for(lambda: all(node.component("etcd")["status"] == "pass" for node in shelf.nodes), 30, "etcd again")
    shelf.wait_for(lambda: len(shelf.etcd.get("/services/crate/", prefix=True)) == 4, 20, "the announcements")
    assert shelf.containers() == containers
    assert hosts == [node.read("/var/lib/cratekeeper/crate@%d/config/unicast_hosts.txt" % node.page("/v1/node")["slot"])
                     for node in shelf.nodes]

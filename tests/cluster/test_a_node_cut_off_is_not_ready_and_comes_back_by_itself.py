"""Somebody pulls a cable: that node is out of traffic, the others go on, and plugging it in is all it takes."""


def test_a_node_cut_off_is_not_ready_and_comes_back_by_itself(make_shelf):
    shelf = make_shelf(count=4).boot().until_ready()
    lonely, others = shelf.nodes[3], shelf.nodes[:3]
    container = lonely.container_pid(lonely.page("/v1/node")["unit"]["name"].split(".")[0].replace("@", "-"))
    lonely.link.unplug()
    shelf.wait_for(lambda: not shelf.etcd.get("/services/crate/n4"), 20, "the key to run out")
    # Nobody outside reaches it now; its own socket answers inside.
    inside = lambda: lonely.run("cratectl", "status", check=False)  # noqa: E731
    shelf.wait_for(lambda: inside().returncode == 3, 20, "the node to know")
    shelf.until_ready(30, others)
    lonely.link.plug()
    shelf.until_ready(60)
    assert lonely.container_pid(lonely.page("/v1/node")["unit"]["name"].split(".")[0].replace("@", "-")) == container

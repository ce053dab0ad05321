"""A node without its network cable gets no traffic, the others continue, and replugging the cable brings it back."""


def test_a_node_cut_off_is_not_ready_and_comes_back_by_itself(shelf):
    (cluster_id,) = shelf.cluster_ids()
    lonely = next(node for node in shelf.others(shelf.master()) if node.address != shelf.etcd.leader())
    others, containers = shelf.others(lonely), shelf.containers()
    with shelf.staying_ready(others), shelf.rows.writing(shelf.nodes):
        clock = shelf.clock("cable pulled")
        lonely.link.unplug()
        # It is unreachable from outside now; its local socket answers inside.
        clock.until(lambda: lonely.run("cratectl", "status", check=False).returncode == 3, 20, "the node knows")
        clock.until(lambda: lonely.name not in shelf.announced(), 20, "its key gone from etcd")
        lonely.link.plug()
        clock = shelf.clock("cable plugged in")
        clock.until(lambda: shelf.ready([lonely]), 60, "ready again")
        clock.until(lambda: lonely.name in shelf.announced(), 10, "its key in etcd again")
    assert shelf.containers() == containers
    assert shelf.cluster_ids() == {cluster_id}
    for node in shelf.nodes:
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

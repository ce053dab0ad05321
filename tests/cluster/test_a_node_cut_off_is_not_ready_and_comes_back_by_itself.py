"""A node without its network cable gets no traffic, the others continue, and replugging the cable brings it back."""


def test_a_node_cut_off_is_not_ready_and_comes_back_by_itself(cluster):
    (cluster_id,) = cluster.cluster_ids()
    lonely = next(node for node in cluster.others(cluster.master()) if node.address != cluster.etcd.leader())
    others, containers = cluster.others(lonely), cluster.containers()
    with cluster.staying_ready(others), cluster.rows.writing(cluster.nodes):
        clock = cluster.clock("cable pulled")
        lonely.link.unplug()
        # It is unreachable from outside now; its local socket answers inside.
        clock.until(lambda: lonely.run("cratectl", "status", check=False).returncode == 3, 20, "the node knows")
        clock.until(lambda: lonely.name not in cluster.announced(), 20, "its key gone from etcd")
        lonely.link.plug()
        clock = cluster.clock("cable plugged in")
        clock.until(lambda: cluster.ready([lonely]), 60, "ready again")
        clock.until(lambda: lonely.name in cluster.announced(), 10, "its key in etcd again")
    assert cluster.containers() == containers
    assert cluster.cluster_ids() == {cluster_id}
    for node in cluster.nodes:
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

"""Machines switched on one after the other start no database and say what they wait for, then form one cluster."""

import time


def says(node, *words):
    return lambda: all(word in node.status_text() for word in words)


def test_nodes_switched_on_one_by_one_wait_and_say_for_what(make_cluster):
    cluster = make_cluster(count=4)
    first, second, third, fourth = cluster.nodes
    first.boot()
    cluster.wait_for(says(first, "etcd"), 20, "n1 to wait for etcd")
    time.sleep(5)
    assert first.run("docker", "ps", "--quiet").stdout == "" and first.status_code() == 503
    second.boot()
    for node in (first, second):
        cluster.wait_for(says(node, "3 nodes", "2 announced"), 20, f"{node.name} to wait for a third node")
    time.sleep(5)
    assert "bootstrap" not in cluster.registry()
    assert [node.run("docker", "ps", "--quiet").stdout for node in (first, second)] == ["", ""]
    third.boot()
    clock = cluster.clock("the third of InitialNodes=3 switched on, its systemd up")
    clock.until(lambda: cluster.ready([first, second, third]), 60, "three are ready")
    ids, containers = cluster.cluster_ids([first, second, third]), cluster.containers([first, second, third])
    assert cluster.registry()["bootstrap"]["initial_master_nodes"] == ["n1", "n2", "n3"] and len(ids) == 1
    cluster.rows.write(first)
    with cluster.staying_ready([first, second, third]):
        fourth.boot()
        clock = cluster.clock("the fourth switched on, its systemd up")
        clock.until(cluster.ready, 60, "it is ready")
    assert cluster.cluster_ids() == ids and cluster.containers([first, second, third]) == containers
    cluster.wait_for(lambda: cluster.rows.all_in(fourth), 20, "every row on n4")

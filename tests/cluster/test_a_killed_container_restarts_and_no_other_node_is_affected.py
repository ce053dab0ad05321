"""After kill -9 a database is not ready and leaves etcd at once, then restarts with every acknowledged row."""

from harness.cluster import container


def test_a_killed_container_restarts_and_no_other_node_is_affected(cluster):
    (cluster_id,) = cluster.cluster_ids()
    victim = cluster.others(cluster.master())[0]
    others = cluster.others(victim)
    containers, killed = cluster.containers(others), container(victim)
    before = victim.container_pid(killed)
    with cluster.staying_ready(others), cluster.rows.writing(cluster.nodes):
        clock = cluster.clock("kill -9 of a container")
        victim.run("kill", "-KILL", before)
        clock.until(lambda: victim.status_code() == 503, 5, "not ready")
        clock.until(lambda: victim.name not in cluster.announced(), 5, "its key gone from etcd")
        clock.until(lambda: cluster.ready([victim]), 60, "ready again")
        clock.until(lambda: victim.name in cluster.announced(), 5, "its key in etcd again")
    assert victim.container_pid(killed) not in (None, before)
    assert cluster.containers(others) == containers
    assert cluster.cluster_ids() == {cluster_id}
    for node in cluster.nodes:
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

"""After kill -9 a database is not ready and leaves etcd at once, then restarts with every acknowledged row."""

from harness.cluster import container


def test_a_killed_container_restarts_and_no_other_node_is_affected(shelf):
    (cluster_id,) = shelf.cluster_ids()
    victim = shelf.others(shelf.master())[0]
    others = shelf.others(victim)
    containers, killed = shelf.containers(others), container(victim)
    before = victim.container_pid(killed)
    with shelf.staying_ready(others), shelf.rows.writing(shelf.nodes):
        clock = shelf.clock("kill -9 of a container")
        victim.run("kill", "-KILL", before)
        clock.until(lambda: victim.status_code() == 503, 5, "not ready")
        clock.until(lambda: victim.name not in shelf.announced(), 5, "its key gone from etcd")
        clock.until(lambda: shelf.ready([victim]), 60, "ready again")
        clock.until(lambda: victim.name in shelf.announced(), 5, "its key in etcd again")
    assert victim.container_pid(killed) not in (None, before)
    assert shelf.containers(others) == containers
    assert shelf.cluster_ids() == {cluster_id}
    for node in shelf.nodes:
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

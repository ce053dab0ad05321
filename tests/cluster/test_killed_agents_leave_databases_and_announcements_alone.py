"""kill -9 of one agent, then of all four at once, changes no container, key or lease."""

import time


def main_pid(node):
    return node.properties("cratekeeper.service", "MainPID")["MainPID"]


def kill_agents(cluster, nodes):
    """Kills agents and waits for their successors; checks for longer than a lease that all announcements stay."""
    before = {node.name: main_pid(node) for node in nodes}
    clock = cluster.clock(f"kill -9 of {len(nodes)} agents" if len(nodes) > 1 else "kill -9 of an agent")
    for node in nodes:
        node.systemctl("kill", "--signal=KILL", "cratekeeper.service")
    clock.until(lambda: all(main_pid(node) not in ("0", before[node.name]) for node in nodes), 20, "agents again")
    clock.until(cluster.ready, 20, "all ready")
    end = time.monotonic() + 7
    while time.monotonic() < end:
        assert cluster.announced() == {"n1", "n2", "n3", "n4"}
        time.sleep(0.2)


def test_killed_agents_leave_databases_and_announcements_alone(cluster):
    ids, containers = cluster.cluster_ids(), cluster.containers()
    leases = [node.read("/run/cratekeeper/lease") for node in cluster.nodes]
    with cluster.rows.writing(cluster.nodes):
        with cluster.staying_ready(cluster.nodes[1:]):
            kill_agents(cluster, cluster.nodes[:1])
        kill_agents(cluster, cluster.nodes)
    assert cluster.containers() == containers and cluster.cluster_ids() == ids
    assert [node.read("/run/cratekeeper/lease") for node in cluster.nodes] == leases
    for node in cluster.nodes:
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

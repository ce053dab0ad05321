"""kill -9 of one agent, then of all four at once, changes no container, key or lease."""

import time


def main_pid(node):
    return node.properties("cratekeeper.service", "MainPID")["MainPID"]


def kill_agents(shelf, nodes):
    """Kills agents and waits for their successors; checks for longer than a lease that all announcements stay."""
    before = {node.name: main_pid(node) for node in nodes}
    clock = shelf.clock(f"kill -9 of {len(nodes)} agents" if len(nodes) > 1 else "kill -9 of an agent")
    for node in nodes:
        node.systemctl("kill", "--signal=KILL", "cratekeeper.service")
    clock.until(lambda: all(main_pid(node) not in ("0", before[node.name]) for node in nodes), 20, "agents again")
    clock.until(shelf.ready, 20, "all ready")
    end = time.monotonic() + 7
    while time.monotonic() < end:
        assert shelf.announced() == {"n1", "n2", "n3", "n4"}
        time.sleep(0.2)


def test_killed_agents_leave_databases_and_announcements_alone(shelf):
    ids, containers = shelf.cluster_ids(), shelf.containers()
    leases = [node.read("/run/cratekeeper/lease") for node in shelf.nodes]
    with shelf.rows.writing(shelf.nodes):
        with shelf.staying_ready(shelf.nodes[1:]):
            kill_agents(shelf, shelf.nodes[:1])
        kill_agents(shelf, shelf.nodes)
    assert shelf.containers() == containers and shelf.cluster_ids() == ids
    assert [node.read("/run/cratekeeper/lease") for node in shelf.nodes] == leases
    for node in shelf.nodes:
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

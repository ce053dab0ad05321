"""What must not change, whatever happens to etcd or the agent: the container, the list of hosts, and local readiness."""

import contextlib
import threading
import time

HOSTS = "/var/lib/cratekeeper/crate@1/config/unicast_hosts.txt"
# A heartbeat takes a third of the lease of 5 s; the rest is a margin for a busy machine.
ONE_HEARTBEAT = 5 / 3 + 3


def hosts(node):
    """The lines of the list that tells the database its peers."""
    return set(node.read(HOSTS).split())


@contextlib.contextmanager
def nothing_is_touched(node, answers=frozenset({200})):
    """While the block runs, the container keeps its process, no host leaves the list, and /ready returns only `answers`."""
    container, before = node.container_pid("crate-1"), hosts(node)
    assert container and before
    seen, end = set(), threading.Event()

    def look():
        seen.add(node.status_code())
        while not end.wait(0.2):
            seen.add(node.status_code())

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield
    finally:
        end.set()
        looker.join()
    assert node.container_pid("crate-1") == container
    assert hosts(node) >= before
    assert seen and seen <= answers, seen


def until_etcd_warns(node, words=""):
    """Waits until /health warns about etcd in these words; returns the component."""
    def look():
        part = node.component("etcd")
        return part if part["status"] == "warn" and words in part.get("output", "") else None

    return node.wait_for(look, 15, lambda: f"a warning with \"{words}\", not {node.component('etcd')}")


def announced_again(node, within=ONE_HEARTBEAT):
    """Waits until the node's record and endpoint exist under one live lease, and /health does not warn about etcd."""
    start = time.monotonic()

    def look():
        keys = [f"/cratekeeper/crate/nodes/{node.machine_id}", f"/services/crate/{node.name}"]
        leases = {node.etcd.lease_of(key) for key in keys}
        return None not in leases and len(leases) == 1 and node.component("etcd")["status"] == "pass"

    node.wait_for(look, within, lambda: f"the announcement to be back; component etcd: {node.component('etcd')}")
    return time.monotonic() - start

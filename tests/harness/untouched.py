"""What must hold whatever happens to etcd or to the agent: the container, the list of hosts, and the local truth."""

import contextlib
import threading
import time

HOSTS = "/var/lib/cratekeeper/crate@1/config/unicast_hosts.txt"
# A heartbeat is a third of the lease of 5 s; the rest is for a machine that is busy with other things.
ONE_HEARTBEAT = 5 / 3 + 3


def hosts(node):
    """The lines of the list from which the database learns its peers."""
    return set(node.read(HOSTS).split())


@contextlib.contextmanager
def nothing_is_touched(node, answers=frozenset({200})):
    """Inside, the container keeps its process, no host leaves the list, and /ready says nothing but `answers`."""
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
    """Waits until /health says that something is wrong with etcd, in these words; returns all it says."""
    def look():
        part = node.component("etcd")
        return part if part["status"] == "warn" and words in part.get("output", "") else None

    return node.wait_for(look, 15, lambda: f"a warning with \"{words}\", not {node.component('etcd')}")


def announced_again(node, within=ONE_HEARTBEAT):
    """Waits until the record and the endpoint of the node are there, under one lease that lives, and nobody warns."""
    start = time.monotonic()

    def look():
        keys = [f"/cratekeeper/crate/nodes/{node.machine_id}", f"/services/crate/{node.name}"]
        leases = {node.etcd.lease_of(key) for key in keys}
        return None not in leases and len(leases) == 1 and node.component("etcd")["status"] == "pass"

    node.wait_for(look, within, lambda: f"the announcement to be back; etcd says {node.component('etcd')}")
    return time.monotonic() - start

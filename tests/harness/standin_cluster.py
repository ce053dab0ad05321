"""Several CrateDB stand-ins that find each other over loopback, made with the fixture `make_standin`."""

from .wait import wait_until

# Short enough for tests, long enough for a busy machine.
QUICK = {"STANDIN_FIND_PEERS_MS": "300", "STANDIN_HEARTBEAT_MS": "150", "STANDIN_FAILURE_MS": "1500"}
PATIENCE = 20


class StandinCluster:
    """Nodes by name, not started yet; each knows all of them from its unicast_hosts.txt.

    `listed` goes into cluster.initial_master_nodes; None omits the setting.
    """

    def __init__(self, make_standin, *names, listed="all", settings=None):
        listed = list(names) if listed == "all" else listed
        voters = None if listed is None else f"[{', '.join(listed)}]"
        self.nodes = {name: make_standin(name, environment=QUICK,
                                         settings={"cluster.initial_master_nodes": voters, **(settings or {})})
                      for name in names}
        for node in self.nodes.values():
            introduce(node, *self.nodes.values())

    def __getitem__(self, name):
        return self.nodes[name]

    def start(self, *names):
        for name in names or self.nodes:
            self[name].start()
        return self

    def until_formed(self, *names):
        """Waits until these nodes (all by default) have one id, one master and exactly each other."""
        nodes = [self[name] for name in names or self.nodes]
        expected = sorted(node.settings["node.name"] for node in nodes)
        wait_until(lambda: all(members(node) == expected for node in nodes) and self.agree(nodes), PATIENCE,
                   lambda: f"one cluster of {expected}; log of the first:\n{nodes[0].says()}")
        ids = {node.cluster_id() for node in nodes}
        assert len(ids) == 1, ids
        return ids.pop()

    def masters(self, nodes=None):
        """The masters that the nodes name; None for a node without one."""
        return {master(node) for node in nodes or self.nodes.values()}

    def agree(self, nodes=None):
        """Whether all follow one master."""
        found = self.masters(nodes)
        return len(found) == 1 and None not in found

    def master(self):
        """The stand-in that all of them name as master."""
        name, = self.masters()
        return self[name]

    def others(self, node):
        return [other for other in self.nodes.values() if other is not node]


def introduce(node, *peers):
    """Writes the transport addresses of `peers` into the node's unicast_hosts.txt."""
    hosts = "".join(f"127.0.0.1:{peer.settings['transport.tcp.port']}\n" for peer in peers)
    (node.directory / "unicast_hosts.txt").write_text(hosts)


def rows(node, statement, **options):
    """The rows of an answer, or None when the node does not answer or answers with an error."""
    try:
        answer = node.sql(statement, **options)
    except OSError:
        return None
    return answer.json()["rows"] if answer.status == 200 else None


def members(node):
    """The names in the node's sys.nodes."""
    return [row[0] for row in rows(node, "SELECT name FROM sys.nodes ORDER BY name") or []]


def master(node):
    """The name of the master that the node follows."""
    found = rows(node, "SELECT name FROM sys.nodes WHERE is_master = true")
    return found[0][0] if found else None


def until_master_changes(nodes, old):
    """Waits until all `nodes` follow one master that is not `old`; its name."""
    def new():
        names = {master(node) for node in nodes}
        return names.pop() if len(names) == 1 and not names & {old, None} else None
    return wait_until(new, PATIENCE, lambda: f"a master other than {old}; log:\n{nodes[0].says()}")

"""A cluster under test: several nodes on one network, the first three of them members of one etcd."""

import concurrent.futures
import contextlib
import json
import threading

from harness.agent import AgentNode
from harness.clock import Clock
from harness.etcd import BINARIES, parse_get
from harness.rows import Rows
from harness.sql import query
from harness.wait import wait_until

ETCD_UNIT = """[Unit]
Description=etcd member {name}
[Service]
# Not notify: etcd does not report that it is ready until a majority of the members is up.
Type=exec
ExecStart=/usr/bin/etcd --name={name} --data-dir=/var/lib/etcd-member --listen-client-urls=http://0.0.0.0:2379 \\
    --advertise-client-urls=http://{address}:2379 --listen-peer-urls=http://{address}:2380 \\
    --initial-advertise-peer-urls=http://{address}:2380 --initial-cluster={members} --initial-cluster-token=test
Restart=always
[Install]
WantedBy=multi-user.target
"""


class ClusterEtcd:
    """The etcd of a cluster from outside: reads with etcdctl through any member that answers."""

    certificates, auth = None, False

    def __init__(self, network, addresses):
        self._network = network
        self.addresses = addresses

    @property
    def endpoint(self):
        """All client URLs, as agent.conf takes them."""
        return " ".join(f"http://{address}:2379" for address in self.addresses)

    def _etcdctl(self, *arguments, addresses=None):
        """The output of etcdctl; an empty text if it failed."""
        endpoints = ",".join(f"http://{address}:2379" for address in addresses or self.addresses)
        argv = [BINARIES["3.5"] / "etcdctl", "--endpoints", endpoints, "--dial-timeout", "1s",
                "--command-timeout", "3s", *arguments]
        answer = self._network.hub.run(*argv, check=False, env={"ETCDCTL_API": "3", "PATH": "/usr/bin"})
        return answer.stdout if answer.returncode == 0 else ""

    def get(self, key, prefix=False):
        """Like harness.etcd.Etcd.get: {key: value}, with JSON values parsed."""
        text = self._etcdctl("get", key, *(["--prefix"] if prefix else []), "--write-out=json")
        return parse_get(text) if text else {}

    def status(self):
        """The status that each member reports, in the order of `addresses`; None for one that does not answer."""
        def ask(address):
            text = self._etcdctl("endpoint", "status", "--write-out=json", addresses=[address])
            return json.loads(text)[0]["Status"] if text else None

        with concurrent.futures.ThreadPoolExecutor() as askers:
            return list(askers.map(ask, self.addresses))

    def leader(self):
        """The address of the leader; None while there is none."""
        for address, status in zip(self.addresses, self.status()):
            if status and status["header"]["member_id"] == status.get("leader"):
                return address
        return None

    def move_leader(self, address):
        """Makes this member the leader."""
        if self.leader() != address:
            target = self.status()[self.addresses.index(address)]["header"]["member_id"]
            self._etcdctl("move-leader", f"{target:x}", addresses=[self.leader()])


class Cluster:
    """`count` nodes n1, n2, ..., not booted yet. `nodes` lists them in order; `boot()` boots all at once."""

    def __init__(self, workspace, network, count=4, members=3, config="[Cluster]\nInitialNodes=3\n", etcd=None,
                 **options):
        """If `etcd` is given, it runs beside the nodes, and no node is a member of it."""
        self._workspace, self._network = workspace, network
        self._config, self._options = config, options
        self.nodes = []
        self.rows = Rows()
        # The network hands out addresses in order; the members' must be known before the first node is made.
        addresses = [] if etcd else [f"10.77.0.{11 + index}" for index in range(members)]
        self.etcd = etcd or ClusterEtcd(network, addresses)
        self._members = addresses
        for _ in range(count):
            self.add()

    def add(self, name=None, **options):
        """Adds a node, not booted yet."""
        name = name or f"n{len(self.nodes) + 1}"
        node = AgentNode(self._workspace, self._network, self.etcd, name, config=self._config,
                         **{**self._options, **options})
        if node.address in self._members:
            members = ",".join(f"n{index + 1}=http://{address}:2380"
                               for index, address in enumerate(self._members))
            node.write("/usr/lib/systemd/system/etcd-member.service",
                       ETCD_UNIT.format(name=name, address=node.address, members=members))
            node.enable("etcd-member.service", "multi-user.target")
        self.nodes.append(node)
        return node

    def boot(self):
        """Boots all nodes one after the other, without waiting until they are ready."""
        for node in self.nodes:
            node.boot()
        return self

    def registry(self):
        """Everything etcd holds about the cluster, without the common prefix: {"members/<id>": {...}, ...}."""
        prefix = "/cratekeeper/crate/"
        return {key.removeprefix(prefix): value for key, value in self.etcd.get(prefix, prefix=True).items()}

    def announced(self):
        """The names of the nodes that etcd announces for traffic, in the key layout of 2014."""
        return {key.rpartition("/")[2] for key in self.etcd.get("/services/crate/", prefix=True)}

    def wait_for(self, predicate, timeout, what):
        """Waits until the predicate holds; a timeout reports the status of every node."""
        wait_until(predicate, timeout, lambda: (what() if callable(what) else what) + "; status of the nodes:\n"
                   + "\n".join(f"{node.name}: {node.status_text() if node.running else 'off'}" for node in self.nodes))

    def clock(self, act):
        """A clock that starts now, to be followed by `act`."""
        return Clock(self, act)

    def remove(self, node):
        """Ends a node and removes it from the cluster."""
        self.nodes.remove(node)
        node.close()

    def close(self):
        # Switch off all nodes before removing the first: a running node holds the disks mounted when it started.
        for node in self.nodes:
            node.power_cut()
        for node in reversed(self.nodes):
            node.close()

    # ---- current state ----------------------------------------------------------------------------------

    def ready(self, nodes=None):
        """Whether all (or these) nodes report that they are ready for traffic."""
        return all(node.status_code() == 200 for node in (self.nodes if nodes is None else nodes))

    def until_ready(self, timeout=90, nodes=None):
        self.wait_for(lambda: self.ready(nodes), timeout, "the nodes to be ready")
        return self

    @contextlib.contextmanager
    def staying_ready(self, nodes):
        """Polls these nodes while the block runs; fails at its end if one of them was not ready at any time."""
        end, interruptions = threading.Event(), []

        def ask(node):
            while not end.wait(0.1):
                code = node.status_code()
                if code != 200:
                    interruptions.append(f"{node.name} answered {code}; its status: {node.status_text()}")

        watchers = [threading.Thread(target=ask, args=(node,), daemon=True) for node in nodes]
        for watcher in watchers:
            watcher.start()
        try:
            yield
        finally:
            end.set()
            for watcher in watchers:
                watcher.join(20)
        assert not interruptions, "\n".join(dict.fromkeys(interruptions))

    def cluster_ids(self, nodes=None):
        """The cluster ids that the nodes know; exactly one in a healthy cluster."""
        return {node.page("/v1/node")["cluster_id"] for node in nodes or self.nodes}

    def containers(self, nodes=None):
        """The main processes of the nodes' containers, which must not change unasked."""
        return {node.name: node.container_pid(container(node)) for node in nodes or self.nodes}

    def master(self):
        """The node whose database is the elected master according to all databases; None while they disagree."""
        running = [node for node in self.nodes if node.running]
        ids = {(query(node, "SELECT master_node FROM sys.cluster") or [[None]])[0][0] for node in running}
        if len(ids) != 1 or None in ids:
            return None
        found = query(running[0], f"SELECT name FROM sys.nodes WHERE id = '{ids.pop()}'")
        return self.named(found[0][0]) if found else None

    def named(self, name):
        """The node of this name, or None."""
        return next((node for node in self.nodes if node.name == name), None)

    def others(self, *nodes):
        """All nodes but these."""
        return [node for node in self.nodes if node not in nodes]

    def is_whole(self):
        """Whether this is one healthy cluster of exactly these nodes, with every etcd member up."""
        names = {node.name for node in self.nodes}
        members = {value["name"] for key, value in self.registry().items() if key.startswith("members/")}
        return (all(node.running for node in self.nodes) and self.ready() and members == names
                and self.announced() == names and len(self.cluster_ids()) == 1 and self.master() is not None
                and self.etcd.leader() is not None and all(self.etcd.status()))


def container(node):
    """The name of the node's container: crate-1 of crate@1.service."""
    return node.page("/v1/node")["unit"]["name"].removesuffix(".service").replace("@", "-")

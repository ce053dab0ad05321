"""Several nodes on one network, the first three of them members of one etcd: what stands on a shelf."""

import json

from harness.agent import AgentNode
from harness.etcd import BINARIES, parse_get
from harness.wait import wait_until

ETCD_UNIT = """[Unit]
Description=etcd member {name}
[Service]
# Not notify: until a majority of the members is there, etcd does not report that it is ready.
Type=exec
ExecStart=/usr/bin/etcd --name={name} --data-dir=/var/lib/etcd-member --listen-client-urls=http://0.0.0.0:2379 \\
    --advertise-client-urls=http://{address}:2379 --listen-peer-urls=http://{address}:2380 \\
    --initial-advertise-peer-urls=http://{address}:2380 --initial-cluster={members} --initial-cluster-token=shelf
Restart=always
[Install]
WantedBy=multi-user.target
"""


class ShelfEtcd:
    """The etcd of a cluster seen from outside: reads by etcdctl through whichever member answers."""

    certificates, auth = None, False

    def __init__(self, network, addresses):
        self._network = network
        self.addresses = addresses

    @property
    def endpoint(self):
        """All client URLs, as agent.conf takes them."""
        return " ".join(f"http://{address}:2379" for address in self.addresses)

    def get(self, key, prefix=False):
        """As harness.etcd.Etcd.get: {key: value}, values parsed where they are JSON."""
        argv = [BINARIES["3.5"] / "etcdctl", "--endpoints", ",".join(self.endpoint.split()), "--command-timeout", "3s",
                "get", key, *(["--prefix"] if prefix else []), "--write-out=json"]
        answer = self._network.hub.run(*argv, check=False, env={"ETCDCTL_API": "3", "PATH": "/usr/bin"})
        return parse_get(answer.stdout) if answer.returncode == 0 else {}


class Shelf:
    """`count` nodes n1, n2, ...; not booted yet. `nodes` is in their order; use `boot()` for all at once."""

    def __init__(self, workspace, network, count=4, members=3, config="[Cluster]\nInitialNodes=3\n", **options):
        self._workspace, self._network = workspace, network
        self._config, self._options = config, options
        self.nodes = []
        # The network hands out addresses in order; the members' must be known before the first node is made.
        self.etcd = ShelfEtcd(network, [f"10.77.0.{11 + index}" for index in range(members)])
        for _ in range(count):
            self.add()

    def add(self, name=None, **options):
        """One more node, not booted yet."""
        name = name or f"n{len(self.nodes) + 1}"
        node = AgentNode(self._workspace, self._network, self.etcd, name, config=self._config,
                         **{**self._options, **options})
        if node.address in self.etcd.addresses:
            members = ",".join(f"n{index + 1}=http://{address}:2380"
                               for index, address in enumerate(self.etcd.addresses))
            node.write("/usr/lib/systemd/system/etcd-member.service",
                       ETCD_UNIT.format(name=name, address=node.address, members=members))
            node.enable("etcd-member.service", "multi-user.target")
        self.nodes.append(node)
        return node

    def boot(self):
        """Switches all of them on, one after the other without waiting for what they do then."""
        for node in self.nodes:
            node.boot()
        return self

    def registry(self):
        """Everything etcd holds about the cluster, without the common prefix: {"members/<id>": {...}, ...}."""
        prefix = "/cratekeeper/crate/"
        return {key.removeprefix(prefix): value for key, value in self.etcd.get(prefix, prefix=True).items()}

    def wait_for(self, predicate, timeout, what):
        """Waits until the predicate holds; on a timeout the status of every node is told."""
        wait_until(predicate, timeout, lambda: (what() if callable(what) else what) + "; the nodes say:\n"
                   + "\n".join(f"{node.name}: {node.status_text() if node.running else 'off'}" for node in self.nodes))

    def close(self):
        for node in reversed(self.nodes):
            node.close()

    def ready(self, nodes=None):
        """Whether all (or these) nodes say that they may get traffic."""
        return all(node.status_code() == 200 for node in nodes or self.nodes)

    def until_ready(self, timeout=90, nodes=None):
        self.wait_for(lambda: self.ready(nodes), timeout, "the nodes to be ready")
        return self

    def cluster_ids(self):
        """The cluster ids the nodes know; one when all is well."""
        return {node.page("/v1/node")["cluster_id"] for node in self.nodes}

    def containers(self, nodes=None):
        """The main processes of the nodes' containers: what must not change when nobody asked for it."""
        return {node.name: node.container_pid(node.page("/v1/node")["unit"]["name"].split(".")[0].replace("@", "-"))
                for node in nodes or self.nodes}


def sql(node, statement):
    """A statement for the node's database: (HTTP status, answer)."""
    status, _, body = node.http("/_sql", port=4200, method="POST", body=json.dumps({"stmt": statement}),
                                headers={"Content-Type": "application/json"}, timeout=10)
    return status, json.loads(body)


def rows(node):
    """How many rows the node counts in the table t; None while it cannot tell."""
    status, answer = sql(node, "SELECT count(*) FROM t")
    return answer["rows"][0][0] if status == 200 else None


def write_rows(node, numbers):
    """Makes the table t when it is missing and inserts rows; returns how many were acknowledged."""
    sql(node, "CREATE TABLE t (id INTEGER)")
    return sum(sql(node, f"INSERT INTO t (id) VALUES ({number})")[0] == 200 for number in numbers)

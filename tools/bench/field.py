"""The test setup of the bench: one node with agent and stand-in, one etcd, and a HAProxy on demand.

Everything is in network namespaces and in the directory of the run, and is removed with it.
"""

import contextlib
import fnmatch
import http.client
import os
import re
import socket
import subprocess

from harness.agent import AgentNode
from harness.etcd import BINARIES, Etcd
from harness.netns import Network
from harness.wait import wait_until

# The bench kills the database far more often than systemd's restart limits allow.
_RESTART = "[Unit]\nStartLimitIntervalSec=0\n\n[Service]\nRestartSec={seconds}\n"


class Field:
    """Make it in a Workspace, `boot()`, measure, `close()`."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.network = Network(workspace)
        self.etcd = Etcd(workspace, "3.5", namespace=self.network.hub, address=self.network.ADDRESS).start()
        self.node = AgentNode(workspace, self.network, self.etcd, "n1")
        self.restart_after(0.1)

    @property
    def endpoint(self):
        """The node's 2014 key, which exists while its database answers."""
        return f"/services/crate/{self.node.name}"

    @property
    def record(self):
        """The node's own key, which exists while the node is alive."""
        return f"/cratekeeper/crate/nodes/{self.node.machine_id}"

    def boot(self):
        """Boots the node; returns once the database is announced."""
        self.node.boot().until_ready()
        self.node.until_announced()
        return self

    def restart_after(self, seconds):
        """Sets how long systemd waits before it restarts a killed database."""
        self.node.drop_in("crate@.service", _RESTART.format(seconds=seconds))

    def pids(self, pattern):
        """Process ids, on this machine, in the node's cgroups whose names match."""
        found = []
        # Groups appear and disappear meanwhile; os.walk skips those that are gone.
        for path, _, _ in os.walk(self.workspace.cgroup(self.node.machine)):
            if fnmatch.fnmatch(os.path.basename(path), pattern):
                with contextlib.suppress(OSError), open(f"{path}/cgroup.procs", encoding="ascii") as processes:
                    found += [int(line) for line in processes]
        return found

    def daemon_pid(self):
        """The agent's process id."""
        return self.pids("cratekeeper.service")[0]

    def database_pid(self):
        """The process id of the container; None while there is none."""
        return next(iter(self.pids("docker-*.scope")), None)

    def keep_alives(self):
        """The number of keep-alives that etcd has counted."""
        connection = http.client.HTTPConnection(self.etcd.address, self.etcd.port)
        connection.sock = self.network.hub.connect(self.etcd.address, self.etcd.port)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return float(re.search(r"^etcd_debugging_lease_renewed_total (\S+)$", text, re.MULTILINE)[1])

    def etcdctl(self, *arguments):
        """The command line of an etcdctl command, to run inside the hub."""
        return [BINARIES["3.5"] / "etcdctl", "--endpoints", self.etcd.endpoint, *arguments]

    def spawn(self, *argv):
        """Starts a process of the run without output, in the network namespace of the caller."""
        return self.workspace.spawn(argv, "peers", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def close(self):
        """Removes the node, etcd and the network."""
        self.node.close()
        self.etcd.close()
        self.network.close()


class HaProxy:
    """A real HAProxy with the given sections, in one network namespace. Use it as a context manager."""

    def __init__(self, field, namespace, sections):
        directory = field.workspace.make_directory("haproxy")
        self._control = str(directory / "control")
        (directory / "haproxy.cfg").write_text(
            f"global\n  maxconn 4000\n  stats socket {self._control}\n"
            "defaults\n  mode http\n  timeout connect 1s\n  timeout client 10s\n  timeout server 10s\n" + sections)
        with namespace.entered():
            self._process = field.spawn("/usr/sbin/haproxy", "-db", "-f", directory / "haproxy.cfg")
        wait_until(lambda: os.path.exists(self._control), 10, "HAProxy to start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    def state(self, server):
        """HAProxy's state of a server: UP, DOWN, UP 1/2, no check, ..."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(2)
            control.connect(self._control)
            control.sendall(b"show stat\n")
            text = b"".join(iter(lambda: control.recv(65536), b"")).decode()
        head, *lines = [line.split(",") for line in text.removeprefix("# ").splitlines() if line]
        return next(line[head.index("status")] for line in lines if line[1] == server)

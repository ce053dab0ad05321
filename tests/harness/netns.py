"""Network namespaces for tests: a hub with a bridge, and nodes plugged into it with veth pairs.

The bridge is in a separate namespace, so no address, route or interface appears on the machine itself. A test talks
to a node by opening its sockets inside the hub: `with network.hub.entered(): ...`.
"""

import contextlib
import socket

from .workspace import command, enter_network


class Namespace:
    """A named network namespace of the run, with its loopback up."""

    def __init__(self, workspace, name):
        self.name = f"{workspace.prefix}-{name}"
        self.path = f"/run/netns/{self.name}"
        command("ip", "netns", "add", self.name)
        self.ip("link", "set", "lo", "up")

    def ip(self, *arguments):
        """Runs `ip` in the namespace and returns its output."""
        return command("ip", "-n", self.name, *arguments).stdout

    def run(self, *argv, **options):
        """Runs a command in the namespace."""
        return command("ip", "netns", "exec", self.name, *argv, **options)

    @contextlib.contextmanager
    def entered(self):
        """Moves the calling thread into this namespace: sockets opened inside stay in it."""
        back = "/proc/thread-self/ns/net"
        with open(back, "rb") as home:
            enter_network(self.path)
            try:
                yield self
            finally:
                enter_network(f"/proc/self/fd/{home.fileno()}")

    def connect(self, address, port, timeout=5.0):
        """A TCP connection made from inside this namespace."""
        with self.entered():
            return socket.create_connection((address, port), timeout=timeout)

    def close(self):
        """Removes the namespace; interfaces in it go with it."""
        command("ip", "netns", "delete", self.name, check=False)


class Link:
    """A namespace plugged into a hub: `eth0` inside, a bridge port outside. The MAC follows from the address."""

    def __init__(self, workspace, hub, name, address, prefix_length, gateway):
        self.name, self.address, self.hub = name, address, hub
        self.port = f"p-{name}"[:15]
        self.mac = "02:00:" + ":".join(f"{int(part):02x}" for part in address.split("."))
        self._workspace, self._prefix_length, self._gateway = workspace, prefix_length, gateway
        self.namespace = None
        self._make()

    def _make(self):
        self.namespace = Namespace(self._workspace, self.name)
        self.hub.ip("link", "add", self.port, "type", "veth", "peer", "name", "eth0", "address", self.mac, "netns",
                    self.namespace.name)
        self.hub.ip("link", "set", self.port, "master", "br0", "up")
        self.namespace.ip("address", "add", f"{self.address}/{self._prefix_length}", "dev", "eth0")
        self.namespace.ip("link", "set", "eth0", "up")
        self.namespace.ip("route", "add", "default", "via", self._gateway)

    def renew(self):
        """Replaces the namespace with a fresh one of the same name and addresses, as after a power loss."""
        self.close()
        self._make()

    def unplug(self):
        """Removes the carrier, like pulling the cable."""
        self.hub.ip("link", "set", self.port, "down")

    def plug(self):
        """Restores the carrier."""
        self.hub.ip("link", "set", self.port, "up")

    def limit(self, rate):
        """Limits the rate into the namespace, for example "8mbit"; None removes the limit. `renew` drops it."""
        command("tc", "-n", self.hub.name, "qdisc", "delete", "dev", self.port, "root", check=False)
        if rate is not None:
            command("tc", "-n", self.hub.name, "qdisc", "add", "dev", self.port, "root", "tbf", "rate", rate,
                    "burst", "64kb", "latency", "200ms")

    def close(self):
        """Removes the namespace and with it both ends of the pair."""
        command("ip", "-n", self.hub.name, "link", "delete", self.port, check=False)
        self.namespace.close()


class Network:
    """A bridge with the address 10.77.0.1/24 in a separate namespace."""

    ADDRESS = "10.77.0.1"
    PREFIX_LENGTH = 24

    def __init__(self, workspace, name="hub"):
        self._workspace = workspace
        self._links = {}
        self.hub = Namespace(workspace, name)
        self.hub.ip("link", "add", "br0", "type", "bridge")
        self.hub.ip("address", "add", f"{self.ADDRESS}/{self.PREFIX_LENGTH}", "dev", "br0")
        self.hub.ip("link", "set", "br0", "up")
        # Requests of a node to the outside fail at once instead of after a minute.
        self.hub.run("sysctl", "--quiet", "--write", "net.ipv4.ip_forward=1")
        self.hub.ip("route", "add", "unreachable", "default")

    def attach(self, name):
        """Plugs a new namespace in; the first gets 10.77.0.11, the next .12 and so on."""
        taken = {link.address for link in self._links.values()}
        address = next(f"10.77.0.{last}" for last in range(11, 250) if f"10.77.0.{last}" not in taken)
        link = Link(self._workspace, self.hub, name, address, self.PREFIX_LENGTH, self.ADDRESS)
        self._links[name] = link
        return link

    def detach(self, name):
        """Removes a namespace that was plugged in."""
        self._links.pop(name).close()

    def close(self):
        """Removes the hub and everything plugged into it."""
        for name in list(self._links):
            self.detach(name)
        self.hub.close()

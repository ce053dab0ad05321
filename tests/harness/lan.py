"""A network for virtual machines, with loopback ports that forward to theirs. It reaches nothing else.

A single machine uses QEMU's own network as its LAN. Several machines form a separate segment: the first one's QEMU is
the hub, the others connect to it through sockets in the file system. QEMU's own network cannot be part of that segment,
because it answers for every address, so there each machine has it on a second card.
"""

from .standin import free_ports

_PORTS = {"health": 4480, "ssh": 22, "sql": 4200}


class Lan:
    """Addresses, MACs and forwarded ports of the named machines; `etcd` names the etcd members, by default all."""

    GATEWAY = "10.0.2.2"

    def __init__(self, workspace, names, etcd=None):
        self._names, self.count = names, len(names)
        self._etcd = names if etcd is None else etcd
        self._directory = workspace.make_directory("lan")
        self._ports = {name: dict(zip(_PORTS, free_ports(len(_PORTS)))) for name in names}

    def _number(self, name):
        return self._names.index(name) + 11

    def address(self, name):
        return f"10.0.2.{self._number(name)}"

    def mac(self, name):
        return f"52:54:00:00:00:{self._number(name):02x}"

    def port(self, name, what):
        """The loopback port that forwards to the machine's "health", "ssh" or "sql" port."""
        return self._ports[name][what]

    def sections(self):
        """The node sections of a site file."""
        return "".join(f"[Node {name}]\nMAC={self.mac(name)}\nEtcd={'yes' if name in self._etcd else 'no'}\n"
                       f"Address={self.address(name)}/24\nGateway={self.GATEWAY}\n" for name in self._names)

    def arguments(self, name):
        """The QEMU arguments that connect this machine."""
        card = f"e1000e,mac={self.mac(name)},netdev=lan"
        if self.count == 1:
            return ["-netdev", self._forwarding(name, "lan", "10.0.2", self.address(name)), "-device", card]
        second = ["-netdev", self._forwarding(name, "tests", "10.0.3", "10.0.3.15"),
                  "-device", f"e1000e,mac=52:54:00:00:01:{self._number(name):02x},netdev=tests"]
        if name != self._names[0]:
            return ["-netdev", "stream,id=lan,server=off,reconnect-ms=500,addr.type=unix"
                    f",addr.path={self._directory / name}", "-device", card, *second]
        hub = ["-netdev", "hubport,id=lan,hubid=0"]
        for each in self._names[1:]:
            path = self._directory / each
            path.unlink(missing_ok=True)
            hub += ["-netdev", f"stream,id={each},server=on,addr.type=unix,addr.path={path}",
                    "-netdev", f"hubport,id=plug-{each},hubid=0,netdev={each}"]
        return [*hub, "-device", card, *second]

    def _forwarding(self, name, identifier, network, address):
        """QEMU's own network, this machine as the gateway, with the forwarded ports of one machine."""
        forwarded = ",".join(f"hostfwd=tcp:127.0.0.1:{self.port(name, what)}-{address}:{number}"
                             for what, number in _PORTS.items())
        return f"user,id={identifier},net={network}.0/24,restrict=on,{forwarded}"

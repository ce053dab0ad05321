"""A network cable for virtual machines: all in one segment, this machine as their gateway, nothing beyond.

The first machine's QEMU is the switch: the others are plugged into it by sockets in the file system, and it has the
forwarded ports of all. While the first is off, nobody reaches the others from here.
"""

from .standin import free_ports

_PORTS = {"health": 4480, "ssh": 22, "sql": 4200}


class Lan:
    """Addresses, MACs and forwarded ports of machines with these names."""

    GATEWAY = "10.0.2.2"

    def __init__(self, workspace, names):
        self._names, self.count = names, len(names)
        self._directory = workspace.make_directory("lan")
        self._ports = {name: dict(zip(_PORTS, free_ports(len(_PORTS)))) for name in names}

    def _number(self, name):
        return self._names.index(name) + 11

    def address(self, name):
        return f"10.0.2.{self._number(name)}"

    def mac(self, name):
        return f"52:54:00:00:00:{self._number(name):02x}"

    def port(self, name, what):
        """The port on loopback behind which the machine's port for "health", "ssh" or "sql" is."""
        return self._ports[name][what]

    def sections(self):
        """What a site file says of each node; all of them are members of etcd."""
        return "".join(f"[Node {name}]\nMAC={self.mac(name)}\nEtcd=yes\nAddress={self.address(name)}/24\n"
                       f"Gateway={self.GATEWAY}\n" for name in self._names)

    def arguments(self, name):
        """What plugs this machine in, for its QEMU."""
        card = f"e1000e,mac={self.mac(name)}"
        if name != self._names[0]:
            return ["-netdev", "stream,id=lan,server=off,reconnect-ms=500,addr.type=unix"
                    f",addr.path={self._directory / name}", "-device", f"{card},netdev=lan"]
        forwarded = ",".join(f"hostfwd=tcp:127.0.0.1:{self.port(each, what)}-{self.address(each)}:{number}"
                             for each in self._names for what, number in _PORTS.items())
        arguments = ["-netdev", f"user,id=gateway,net=10.0.2.0/24,restrict=on,{forwarded}"]
        for each in self._names[1:]:
            path = self._directory / each
            path.unlink(missing_ok=True)
            arguments += ["-netdev", f"stream,id={each},server=on,addr.type=unix,addr.path={path}"]
        for plug in ("gateway", *self._names[1:]):
            arguments += ["-netdev", f"hubport,id=plug-{plug},hubid=0,netdev={plug}"]
        return [*arguments, "-netdev", "hubport,id=lan,hubid=0", "-device", f"{card},netdev=lan"]

"""Drives hal's HTTP server (build/http_server_driver) from a test, with raw requests."""

import pathlib
import socket

from .driver import Driver


def free_port():
    """A TCP port that is free now, on every address: one that a client of another test still has is not."""
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
        probe.bind(("::", 0))
        return probe.getsockname()[1]


class HttpServerDriver(Driver):
    """A server on `port` of all addresses and on a unix socket; it answers nothing before publish()."""

    def __init__(self, directory, connections=600, idle=2.0, **options):
        self.port = free_port()
        self.path = pathlib.Path(directory) / "http.sock"
        super().__init__("http_server_driver", str(self.port), str(self.path), str(connections), str(int(idle * 1000)),
                         **options)
        assert self.result() == {"done": "listen"}

    def publish(self, status=200):
        """Sets the status of the page /ready."""
        self.send("publish", status=status)
        assert self.result() == {"done": "publish"}
        return self

    def connect(self, unix=False, timeout=5.0):
        """A fresh connection."""
        made = socket.socket(socket.AF_UNIX if unix else socket.AF_INET, socket.SOCK_STREAM)
        made.settimeout(timeout)
        made.connect(str(self.path) if unix else ("127.0.0.1", self.port))
        return made

    def ask(self, request, unix=False, timeout=5.0):
        """The answer to these bytes until the server closes or `timeout` passes: (bytes, closed)."""
        with self.connect(unix, timeout) as connection:
            connection.sendall(request)
            return read_all(connection)

    def cpu_seconds(self):
        """The processor time of the driver so far."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


def read_all(connection):
    """Reads until the end or the connection's timeout: (bytes, closed)."""
    received = b""
    while True:
        try:
            data = connection.recv(65536)
        except TimeoutError:
            return received, False
        if not data:
            return received, True
        received += data


def status_of(answer):
    """The status code of a raw answer."""
    return int(answer.split(b" ", 2)[1])

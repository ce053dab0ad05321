"""The CrateDB stand-in on loopback, as an unprivileged user, with its own configuration and data directory."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess

from .wait import wait_until
from .workspace import REPOSITORY

PROGRAM = REPOSITORY / "build/standin/crate-standin"
NOBODY = 65534
# An unprivileged user; it can traverse private directories, wherever the tree was checked out.
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
             "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")


def free_ports(count):
    """Distinct ports that are free now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Answer:
    """Status, headers and body of one HTTP answer."""

    def __init__(self, response):
        self.status, self.headers = response.status, response.headers
        self.text = response.read().decode()

    def json(self):
        return json.loads(self.text)


class Connection:
    """One keep-alive HTTP connection, optionally from another local address or as a user with a password."""

    def __init__(self, port, source=None, user=None, password=""):
        self._client = http.client.HTTPConnection("127.0.0.1", port, timeout=5,
                                                  source_address=source and (source, 0))
        words = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._own = {} if user is None else {"Authorization": f"Basic {words}"}

    def get(self, path="/", method="GET", headers=None):
        self._client.request(method, path, headers={**self._own, **(headers or {"User-Agent": "test"})})
        return Answer(self._client.getresponse())

    def sql(self, statement, path="/_sql", **more):
        body = json.dumps({"stmt": statement, **more})
        self._client.request("POST", path, body, {"Content-Type": "application/json", **self._own})
        return Answer(self._client.getresponse())

    def close(self):
        self._client.close()


class Standin:
    """`settings` go into crate.yml and override working defaults; a value of None removes a default."""

    def __init__(self, workspace, name="n1", settings=None, environment=None):
        self._workspace, self._name = workspace, name
        self.directory = workspace.make_directory(f"standin-{name}")
        self.data, self.log = self.directory / "data", self.directory / "log"
        self.data.mkdir()
        os.chown(self.data, NOBODY, NOBODY)
        self.http_port, transport_port, psql_port = free_ports(3)
        self.settings = {"node.name": name, "cluster.name": "test", "network.host": "127.0.0.1", "path.data": self.data,
                         "http.port": self.http_port, "transport.tcp.port": transport_port, "psql.port": psql_port,
                         "discovery.seed_providers": "file", "discovery.seed_hosts": "[]",
                         "cluster.initial_master_nodes": f"[{name}]", **(settings or {})}
        self.environment = {"CRATE_HEAP_SIZE": "512M", **(environment or {})}
        self.process = None

    def configure(self, text=None):
        """Writes crate.yml: `text` unchanged if given, otherwise the settings."""
        lines = [f"{key}: {value}\n" for key, value in self.settings.items() if value is not None]
        (self.directory / "crate.yml").write_text("".join(lines) if text is None else text)

    def start(self, *arguments, user=AS_NOBODY, text=None):
        self.configure(text)
        argv = [*user, PROGRAM, "crate", f"-Cpath.conf={self.directory}", *arguments]
        with open(self.log, "a") as log:
            self.process = self._workspace.spawn(argv, f"standin-{self._name}", env={**os.environ, **self.environment},
                                                 stdout=log, stderr=subprocess.STDOUT)
        return self

    def exit_status(self, timeout=5):
        """Waits for the end; returns the status as a shell would show it."""
        status = self.process.wait(timeout)
        return 128 - status if status < 0 else status

    def says(self):
        return self.log.read_text()

    def until_says(self, words, timeout=5):
        wait_until(lambda: words in self.says(), timeout, lambda: f"'{words}' in the log:\n{self.says()}")
        return self

    def status(self):
        """The status of GET / on a new connection; None while nothing listens."""
        try:
            return self.get().status
        except OSError:
            return None

    def until_status(self, status=200, timeout=5):
        wait_until(lambda: self.status() == status, timeout, lambda: f"GET / to be {status}; log:\n{self.says()}")
        return self

    def connect(self, **options):
        return Connection(self.http_port, **options)

    def get(self, *arguments, **options):
        connection = self.connect()
        try:
            return connection.get(*arguments, **options)
        finally:
            connection.close()

    def sql(self, statement, **options):
        connection = self.connect()
        try:
            return connection.sql(statement, **options)
        finally:
            connection.close()

    def value(self, statement):
        """The only value of a result of one row and one column."""
        answer = self.sql(statement)
        assert answer.status == 200, answer.text
        return answer.json()["rows"][0][0]

    def cluster_id(self):
        return self.value("SELECT id FROM sys.cluster")

    def kill(self):
        """SIGKILL, as a power cut."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(5)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        return self.exit_status()

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()

"""A real etcd for a test: version 3.4 or 3.5, with or without TLS and users, on loopback or in a namespace.

It can be stopped, frozen (answers nothing, keeps its connections) and continued on the same data and
ports. The ports are free high ones; the data directory belongs to the run.
"""

import base64
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import urllib.request

from .node import TREE
from .wait import wait_until
from .workspace import BUILD, command

BINARIES = {"3.4": BUILD / "etcd-3.4/usr/bin", "3.5": TREE / "usr/bin"}
ROOT_PASSWORD = "root-password"


def parse_get(text):
    """The output of `etcdctl get --write-out=json` as {key: value}, with JSON values parsed."""
    found = {}
    for entry in json.loads(text).get("kvs", []):
        name, value = (base64.b64decode(entry.get(field, "")).decode() for field in ("key", "value"))
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _encoded(text):
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


class Certificates:
    """A certificate authority with one server and one client certificate, made by openssl.

    `key` is the type of all their keys: a NIST curve, or "rsa:" and a length.
    The client's subject has no common name on purpose: with users switched on, etcd's JSON gateway
    answers 400 to a client certificate that has one.
    """

    def __init__(self, directory, address, key="P-256"):
        self._new_key = ["-newkey", key] if key.startswith("rsa:") else \
            ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{key}"]
        self.ca = directory / "ca.pem"
        self.server, self.server_key = directory / "server.pem", directory / "server.key"
        self.client, self.client_key = directory / "client.pem", directory / "client.key"
        ca_key = directory / "ca.key"
        self._openssl("req", "-x509", *self._new_key, "-nodes", "-days", "30", "-subj", "/CN=test authority",
                      "-keyout", ca_key, "-out", self.ca)
        self._sign(directory, ca_key, self.server, self.server_key, "/CN=etcd",
                   f"subjectAltName=IP:{address},IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n")
        self._sign(directory, ca_key, self.client, self.client_key, "/O=cratekeeper",
                   "subjectAltName=DNS:agent\nextendedKeyUsage=clientAuth\n")

    @staticmethod
    def _openssl(*arguments):
        command("openssl", *arguments)

    def _sign(self, directory, ca_key, certificate, key, subject, extensions):
        request = directory / "request.pem"
        extension_file = directory / "extensions"
        extension_file.write_text(extensions)
        self._openssl("req", *self._new_key, "-nodes", "-subj", subject, "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", ca_key, "-CAcreateserial", "-days",
                      "30", "-extfile", extension_file, "-out", certificate)


class Etcd:
    """One etcd member. With `auth`, the user cratekeeper (password `password`) may use the agent's keys only."""

    user, password = "cratekeeper", "pass:word with spaces"

    def __init__(self, workspace, version="3.5", tls=False, auth=False, namespace=None, address="127.0.0.1",
                 port=None, extra=()):
        """`tls` may also be a key type; `namespace` is a netns.Namespace to run in; `extra` are more arguments for
        etcd."""
        self._workspace = workspace
        self._namespace = namespace
        self._extra = [str(word) for word in extra]
        self.version, self.address, self.auth = version, address, auth
        self.directory = workspace.make_directory(f"etcd-{version}")
        self._group = self.directory.name
        self.port = port or self._free_port()
        self._peer_port = self._free_port()
        self.certificates = Certificates(self.directory, address, *([tls] if tls is not True else [])) if tls else None
        self._process = None
        self._auth_enabled = False

    def _free_port(self):
        with self._namespace.entered() if self._namespace else contextlib.nullcontext():
            with socket.socket() as probe:
                probe.bind((self.address, 0))
                return probe.getsockname()[1]

    @property
    def scheme(self):
        """ "http" or "https"."""
        return "https" if self.certificates else "http"

    @property
    def endpoint(self):
        """The client URL."""
        return f"{self.scheme}://{self.address}:{self.port}"

    @property
    def pid(self):
        """The process id on the machine; None when it is stopped."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def log(self):
        """The log of etcd so far."""
        return (self.directory / "log").read_text(errors="replace")

    def start(self, timeout=20):
        """Starts etcd and returns when it answers; with `auth`, when its users exist. Returns itself."""
        peer = f"http://{self.address}:{self._peer_port}"
        arguments = [
            BINARIES[self.version] / "etcd", "--name", "one", "--data-dir", self.directory / "data",
            "--listen-client-urls", self.endpoint, "--advertise-client-urls", self.endpoint,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"one={peer}",
            "--unsafe-no-fsync", *self._extra,
        ]
        if self.certificates:
            arguments += ["--cert-file", self.certificates.server, "--key-file", self.certificates.server_key,
                          "--client-cert-auth", "--trusted-ca-file", self.certificates.ca]
        if not pathlib.Path(arguments[0]).exists():
            raise RuntimeError(f"expected etcd {self.version} in {arguments[0]}; run tests/tree/build")
        if self.version == "3.4":
            arguments.remove("--unsafe-no-fsync")
        with open(self.directory / "log", "ab") as log:
            self._process = self._workspace.spawn(
                arguments, self._group, network=self._namespace.path if self._namespace else None,
                stdout=log, stderr=subprocess.STDOUT, env={"PATH": os.environ["PATH"]})
        wait_until(self._answers, timeout, lambda: f"etcd {self.version} to answer at {self.endpoint}; its log:\n"
                   + "\n".join(self.log.splitlines()[-15:]))
        if self.auth and not self._auth_enabled:
            self._make_users()
        return self

    def _answers(self):
        if self._process.poll() is not None:
            raise RuntimeError(f"etcd {self.version} ended with {self._process.returncode}:\n{self.log[-3000:]}")
        return self.etcdctl("get", "no-such-key", check=False, root=self._auth_enabled).returncode == 0

    def _make_users(self):
        self.etcdctl("user", "add", f"root:{ROOT_PASSWORD}", root=False)
        self.etcdctl("user", "grant-role", "root", "root", check=False, root=False)
        self.etcdctl("role", "add", "agent", root=False)
        for prefix in ("/cratekeeper/", "/services/crate/"):
            self.etcdctl("role", "grant-permission", "agent", "readwrite", prefix, "--prefix=true", root=False)
        self.etcdctl("user", "add", self.user, "--interactive=false", "--new-user-password", self.password, root=False)
        self.etcdctl("user", "grant-role", self.user, "agent", root=False)
        self.etcdctl("role", "add", "root", check=False, root=False)
        self.etcdctl("user", "grant-role", "root", "root", check=False, root=False)
        self.etcdctl("auth", "enable", root=False)
        self._auth_enabled = True

    def etcdctl(self, *arguments, check=True, root=True):
        """Runs the matching etcdctl (as etcd's root user when users are on) and returns the finished process."""
        argv = [BINARIES[self.version] / "etcdctl", "--endpoints", self.endpoint, "--dial-timeout", "2s",
                "--command-timeout", "3s"]
        if self.certificates:
            argv += ["--cacert", self.certificates.ca, "--cert", self.certificates.client, "--key",
                     self.certificates.client_key]
        if root and self._auth_enabled:
            argv += ["--user", f"root:{ROOT_PASSWORD}"]
        run = self._namespace.run if self._namespace else command
        return run(*argv, *arguments, check=check, env={"PATH": os.environ["PATH"], "ETCDCTL_API": "3"})

    def get(self, key, prefix=False):
        """The values below a key, read with etcdctl: {key: value}, with JSON values parsed."""
        return parse_get(self.etcdctl("get", key, *(["--prefix"] if prefix else []), "--write-out=json").stdout)

    def put(self, key, value):
        """Writes a key."""
        self.etcdctl("put", key, value)

    def lease_of(self, key):
        """The lease of a key; 0 without a lease, None if the key does not exist."""
        entries = json.loads(self.etcdctl("get", key, "--write-out=json").stdout).get("kvs", [])
        return entries[0].get("lease", 0) if entries else None

    def call(self, path, body):
        """The answer to one call of the JSON gateway, on a new connection. The caller encodes the keys."""
        with self._namespace.entered() if self._namespace else contextlib.nullcontext():
            request = urllib.request.Request(f"http://{self.address}:{self.port}{path}", json.dumps(body).encode())
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.loads(answer.read())

    def change(self, *operations):
        """One transaction of at most 128 operations: (key, value) or (key, value, lease), texts or bytes."""
        puts = []
        for key, value, *lease in operations:
            put = {"key": _encoded(key), "value": _encoded(value), **({"lease": lease[0]} if lease else {})}
            puts.append({"request_put": put})
        return int(self.call("/v3/kv/txn", {"success": puts})["header"]["revision"])

    def compact(self):
        """Discards all history up to now."""
        revision = self.call("/v3/kv/range", {"key": _encoded("x")})["header"]["revision"]
        self.call("/v3/kv/compaction", {"revision": revision, "physical": True})

    def restore(self, snapshot):
        """Stops etcd and restores a snapshot of `etcdctl snapshot save`: another cluster with an older revision."""
        self.stop()
        shutil.rmtree(self.directory / "data")
        self.etcdctl("snapshot", "restore", snapshot, "--name=one", f"--data-dir={self.directory / 'data'}",
                     f"--initial-cluster=one=http://{self.address}:{self._peer_port}",
                     f"--initial-advertise-peer-urls=http://{self.address}:{self._peer_port}",
                     "--initial-cluster-token=restored")

    def stop(self):
        """Stops etcd cleanly; its data stays for the next `start`."""
        if self.pid is not None:
            self.resume()
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        """Kills etcd, like a power cut."""
        if self.pid is not None:
            self._process.kill()
            self._process.wait(10)

    def freeze(self):
        """etcd answers nothing from now on, but its connections stay open."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        """Ends `freeze`."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGCONT)

    def wipe(self):
        """Deletes all data: the next `start` is a new etcd cluster on the same address."""
        self.stop()
        shutil.rmtree(self.directory / "data", ignore_errors=True)
        self._auth_enabled = False

    def close(self):
        """Stops etcd and removes its data and its cgroup."""
        self.kill()
        self._workspace.remove_cgroup(self._group)
        shutil.rmtree(self.directory, ignore_errors=True)

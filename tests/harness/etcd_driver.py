"""Drives hal's etcd client (build/etcd_driver) from a test: one call in, one result out."""

import contextlib
import json
import select
import subprocess

from .workspace import BUILD


class EtcdDriver:
    """One client process with its options. Use it as a context manager; it ends when its input does."""

    def __init__(self, *endpoints, **options):
        """`options`: ca, cert, key, user, password, deadlineMs."""
        binary = BUILD / "etcd_driver"
        if not binary.exists():
            raise RuntimeError(f"expected {binary}; run `make build/etcd_driver`")
        words = {name: str(value) if name in ("ca", "cert", "key") else value for name, value in options.items()}
        self._process = subprocess.Popen(
            [binary, json.dumps({"endpoints": list(endpoints), **words})],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, verb, **fields):
        """Starts a call without waiting for it."""
        self._process.stdin.write(json.dumps({"do": verb, **fields}).encode() + b"\n")
        self._process.stdin.flush()

    def result(self, timeout=10):
        """The next result: a dictionary with "ms", "endpoint" and either "ok" or "error", "category", "code"."""
        ready, _, _ = select.select([self._process.stdout], [], [], timeout)
        line = self._process.stdout.readline() if ready else b""
        if not line:
            raise AssertionError(f"expected a result within {timeout} s; " + (
                "the driver is silent" if self._process.poll() is None else self._process.stderr.read().decode()))
        return json.loads(line)

    def call(self, verb, **fields):
        """A call and its result."""
        self.send(verb, **fields)
        return self.result()

    def ok(self, verb, **fields):
        """The value of a call that has to succeed."""
        result = self.call(verb, **fields)
        assert "ok" in result, result
        return result["ok"]

    def error(self, verb, **fields):
        """The result of a call that has to fail."""
        result = self.call(verb, **fields)
        assert "error" in result, result
        return result

    def refusal(self, timeout=5):
        """What the client said about options it did not take."""
        assert self._process.wait(timeout) == 1
        return self._process.stderr.read().decode()

    def close(self):
        """Ends the client."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._process.stdout.close()
        self._process.stderr.close()

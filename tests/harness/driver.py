"""Drives a part of hal from a test: JSON commands in, JSON results out, one per line (tests/live/drivers)."""

import contextlib
import json
import select
import subprocess

from .workspace import BUILD


class Driver:
    """One driver process. Use it as a context manager; the process ends when its input does."""

    def __init__(self, name, *arguments, **options):
        """`options` go to Popen: env, ..."""
        binary = BUILD / name
        if not binary.exists():
            raise RuntimeError(f"expected {binary}; run `make build/{name}`")
        self._process = subprocess.Popen([binary, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, **options)
        self._received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def pid(self):
        """The driver's process id."""
        return self._process.pid

    def send(self, verb, **fields):
        """Starts a command without waiting for it."""
        self._process.stdin.write(json.dumps({"do": verb, **fields}).encode() + b"\n")
        self._process.stdin.flush()

    def result(self, timeout=10):
        """The next result."""
        while b"\n" not in self._received:
            ready, _, _ = select.select([self._process.stdout], [], [], timeout)
            data = self._process.stdout.read1(65536) if ready else b""
            if not data:
                raise AssertionError(f"expected a result within {timeout} s; " + (
                    "the driver printed nothing" if self._process.poll() is None else self._process.stderr.read().decode()))
            self._received += data
        line, self._received = self._received.split(b"\n", 1)
        return json.loads(line)

    def silent_for(self, seconds):
        """Whether no result arrives within that time."""
        return not self._received and not select.select([self._process.stdout], [], [], seconds)[0]

    def close(self):
        """Ends the driver; an exit status other than 0 fails the test."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        errors = self._process.stderr.read().decode()
        self._process.stdout.close()
        self._process.stderr.close()
        assert self._process.returncode == 0, f"the driver ended with {self._process.returncode}: {errors}"

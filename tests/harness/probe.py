"""Runs `cratectl probe` for the tests."""

import contextlib
import json
import os
import subprocess
import tempfile
import threading

from .workspace import REPOSITORY, command

CRATECTL = REPOSITORY / "build/cratectl"
# How the kernel sees the agent: another user, no groups, no capabilities, and no way to gain any.
UNPRIVILEGED = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
                "--no-new-privs")


def arguments(path, *more):
    """The command line of one probe of the volume under `path`."""
    return [str(word) for word in (CRATECTL, "probe", "--json", "--data-directory", path, *more)]


def probe(path="/", *more, prefix=(), environment=None):
    """The inventory as a dictionary. `prefix` is put before the command: setpriv, ip netns exec."""
    done = command(*prefix, *arguments(path, *more), env={**os.environ, **(environment or {})})
    return json.loads(done.stdout)


@contextlib.contextmanager
def readable_cratectl():
    """A copy of cratectl where another user can execute it: the repository may lie in a private directory."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        yield command("cp", CRATECTL, f"{directory}/cratectl") and f"{directory}/cratectl"


def probe_unprivileged(path="/", *more):
    """The inventory as the agent's user would see it."""
    with readable_cratectl() as binary:
        argv = arguments(path, *more)
        return json.loads(command(*UNPRIVILEGED, binary, *argv[1:]).stdout)


def reasons(inventory, source):
    """The reasons of all problems whose source starts with `source`."""
    return [each["reason"] for each in inventory["problems"] if each["source"].startswith(source)]


class Watch:
    """`cratectl probe --watch`: its inventories as they arrive. Use it as a context manager."""

    def __init__(self, path="/", *more, prefix=()):
        argv = [*prefix, *arguments(path, "--watch", *more)]
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        self._lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)

    def _read(self):
        for line in self._process.stdout:
            self._lines.append(line)

    def __enter__(self):
        text = ""
        while not text.endswith("\n}\n"):  # the first inventory is printed over many lines, every later one on one
            line = self._process.stdout.readline()
            assert line, "expected cratectl probe --watch to print an inventory first"
            text += line
        self.first = json.loads(text)
        self._reader.start()
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(timeout=5)
        self._reader.join(timeout=5)

    def looks(self):
        """The inventories read after events so far."""
        return [json.loads(line) for line in list(self._lines)]

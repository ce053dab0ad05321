"""Measures how fast a change in etcd reaches the host list on disk, and the cost of a flood of changes. In seconds."""

import base64
import contextlib
import ctypes
import http.client
import json
import os
import random
import select
import shlex
import signal
import socket
import statistics
import subprocess
import time

from cost import cpu_time
from figures import Figure

from harness.untouched import HOSTS
from harness.wait import wait_until

CHANGES = 100
FLOOD, AT_ONCE = 20_000, 50
LIMIT = 10
_RECORDS = "/cratekeeper/crate/nodes/"
_IN_MOVED_TO = 0x80  # inotify(7)
_libc = ctypes.CDLL(None, use_errno=True)

# A careful script: after each change it reads all records again and replaces the file atomically.
_SCRIPT = """
{etcdctl} watch --prefix {records} | while read -r line; do
    [ "$line" = PUT ] || continue
    {etcdctl} get --prefix {records} --print-value-only |
        sed -n 's/.*"address": *"\\([^"]*\\)".*"transport": *\\([0-9]*\\).*/\\1:\\2/p' | sort > {directory}/new
    mv {directory}/new {directory}/hosts
done
"""


class Gateway:
    """One connection to etcd's gateway, so that no change waits for another connection."""

    def __init__(self, field):
        self._connection = http.client.HTTPConnection(field.etcd.address, field.etcd.port)
        self._connection.sock = field.network.hub.connect(field.etcd.address, field.etcd.port, timeout=LIMIT)
        # http.client sets this on its own connections: otherwise the body would wait 40 ms after the headers.
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lease = self.call("/v3/lease/grant", {"TTL": 3600})["ID"]

    def call(self, path, body):
        """The answer to one call."""
        self._connection.request("POST", path, json.dumps(body))
        return json.loads(self._connection.getresponse().read())

    def announce(self, numbers, endpoint):
        """Puts the records of some peers, all in one transaction."""
        address, _, port = endpoint.partition(":")
        puts = []
        for number in numbers:
            value = {"v": 1, "name": f"peer{number}", "boot_id": "b", "address": address,
                     "endpoints": {"transport": int(port)}}
            key = f"{_RECORDS}{number:032x}"
            puts.append({"request_put": {"key": base64.b64encode(key.encode()).decode(), "lease": self.lease,
                                         "value": base64.b64encode(json.dumps(value).encode()).decode()}})
        self.call("/v3/kv/txn", {"success": puts})

    def close(self):
        """Removes all records."""
        self.call("/v3/lease/revoke", {"ID": self.lease})
        self._connection.close()


@contextlib.contextmanager
def _renames(directory):
    """Yields wait(), which returns when a file in the directory was replaced."""
    watch = _libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
    if watch < 0 or _libc.inotify_add_watch(watch, os.fsencode(directory), _IN_MOVED_TO) < 0:
        raise OSError(ctypes.get_errno(), f"cannot watch {directory}")

    def wait(deadline):
        if not select.select([watch], [], [], max(0, deadline - time.perf_counter()))[0]:
            raise RuntimeError(f"expected a new file in {directory} within {LIMIT} s")
        os.read(watch, 65536)

    try:
        yield wait
    finally:
        os.close(watch)


def _times(gateway, path, first):
    """For each change the time from its request until the file on disk contains the new endpoint."""
    times = []
    with _renames(path.parent) as wait:
        for number in range(first, first + CHANGES):
            time.sleep(random.uniform(0.1, 0.16))
            endpoint = f"10.99.{number // 250}.{number % 250}:4300"
            start = time.perf_counter()
            gateway.announce([1], endpoint)
            while endpoint not in path.read_text().split():
                wait(start + LIMIT)
            times.append(time.perf_counter() - start)
    return times


@contextlib.contextmanager
def _script(field):
    """Runs the script for comparison, and yields the file that it writes."""
    directory = field.workspace.make_directory("watch-script")
    (directory / "hosts").write_text("")
    etcdctl = shlex.join(map(str, field.etcdctl()))
    with field.network.hub.entered():
        shell = field.spawn("/bin/sh", "-c", _SCRIPT.format(etcdctl=etcdctl, records=_RECORDS, directory=directory))
    try:
        time.sleep(1)
        yield directory / "hosts"
    finally:
        children = subprocess.run(["pgrep", "-P", str(shell.pid)], capture_output=True, text=True, check=False)
        for child in children.stdout.split():
            with contextlib.suppress(ProcessLookupError):  # it ended by itself
                os.kill(int(child), signal.SIGKILL)
        shell.kill()
        shell.wait()


def _flood(field, gateway):
    """CPU of the agent and of a plain watch while etcd changes at full speed: (ours, theirs, changes per second)."""
    with field.network.hub.entered():
        watcher = field.spawn(*field.etcdctl("watch", "--prefix", _RECORDS))
    time.sleep(1)
    ours, theirs = cpu_time(field.daemon_pid()), cpu_time(watcher.pid)
    start = time.monotonic()
    for change in range(FLOOD // AT_ONCE):
        gateway.announce(range(AT_ONCE), f"10.98.{change // 250}.{change % 250}:4300")
    seconds = time.monotonic() - start
    last = f"10.98.{change // 250}.{change % 250}:4300"
    wait_until(lambda: last in field.node.read(HOSTS), LIMIT, "the last change of the flood on disk")
    time.sleep(1)
    result = cpu_time(field.daemon_pid()) - ours, cpu_time(watcher.pid) - theirs, FLOOD / seconds
    watcher.kill()
    watcher.wait()
    return result


def peers(field):
    """Single changes, compared with a script that does the same; then a flood, compared with a plain watch."""
    gateway = Gateway(field)
    ours = _times(gateway, field.node.path(HOSTS), 0)
    with _script(field) as path:
        script = _times(gateway, path, CHANGES)
    ours_cpu, watch_cpu, rate = _flood(field, gateway)
    gateway.close()

    def p99(times):
        return statistics.quantiles(times, n=100)[98]

    name = "change in etcd, new list of hosts on disk"
    return [Figure(f"{name}, p50", "s", ours, "etcdctl watch and get, a script", script),
            Figure(f"{name}, p99", "s", p99(ours), "etcdctl watch and get, a script", p99(script)),
            Figure(f"{FLOOD} changes at {rate:.0f} per second, CPU", "s", ours_cpu, "etcdctl watch alone", watch_cpu)]

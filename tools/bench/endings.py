"""Measures how fast a killed database and a powered-off node become visible. Times are in seconds."""

import base64
import http.client
import json
import os
import queue
import random
import signal
import socket
import threading
import time

from answers import ask
from field import HaProxy
from figures import Figure

from harness.wait import wait_until

KILLS, KILLS_BESIDE_HAPROXY = 13, 2
CUTS = 3
LIMIT = 20  # nothing measured here takes longer
SIDEKICK_TTL, SIDEKICK_PAUSE = 60, 45  # `etcdctl set --ttl 60; sleep 45`, 2014


class Deletions:
    """Watches a key in etcd through a separate stream and records when it is deleted."""

    def __init__(self, field, key):
        self._key = key
        self._times = queue.SimpleQueue()
        self._connection = http.client.HTTPConnection(field.etcd.address, field.etcd.port)
        self._connection.sock = field.network.hub.connect(field.etcd.address, field.etcd.port, timeout=None)
        request = {"create_request": {"key": base64.b64encode(key.encode()).decode()}}
        self._connection.request("POST", "/v3/watch", json.dumps(request))
        self._stream = self._connection.getresponse()
        self._stream.readline()  # "created"
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            for line in self._stream:
                now = time.monotonic()
                for event in json.loads(line)["result"].get("events", []):
                    if event.get("type") == "DELETE":
                        self._times.put(now)
        except (OSError, ValueError, AttributeError):
            pass  # closed

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def after(self, start):
        """The time from `start` to the deletion of the key."""
        while True:
            try:
                gone = self._times.get(timeout=LIMIT)
            except queue.Empty:
                raise RuntimeError(f"expected {self._key} to be deleted within {LIMIT} s") from None
            if gone >= start:
                return gone - start


def _kill(field):
    """Kills the database at a random moment while a client polls without a pause: (when, time to the first 503)."""
    pid = field.database_pid()
    address = field.node.address
    moment = time.monotonic() + random.uniform(1.2, 2.2)  # anywhere between two ticks of the agent
    with field.network.hub.entered():
        while time.monotonic() < moment:
            ask(address)
        start = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        while ask(address) != 503:
            if time.monotonic() > start + LIMIT:
                raise RuntimeError(f"expected a 503 within {LIMIT} s of the database's end")
        return start, time.monotonic() - start


def _back(field):
    field.node.wait_for(field.database_pid, 30, "another container")
    field.node.until_ready(30).until_announced(10)


def kills(field):
    """Database killed: first 503, endpoint out of etcd, and a HAProxy with its own checks."""
    # CrateDB answers a load balancer without a password with 401, which HAProxy takes as alive.
    alive = "  option httpchk\n  http-check expect rstatus ^(200|401)$\n"
    backend = f"backend crate\n{alive}  server n1 {field.node.address}:4200 check\n"
    refused, withdrawn, marked = [], [], []

    def round_(beside=None):
        start, seconds = _kill(field)
        refused.append(seconds)
        if beside:
            wait_until(lambda: beside.state("n1").startswith("DOWN"), LIMIT, "HAProxy to mark it down", 0.005)
            marked.append(time.monotonic() - start)
        withdrawn.append(deletions.after(start))
        _back(field)

    with Deletions(field, field.endpoint) as deletions:
        for _ in range(KILLS):
            round_()
        field.restart_after(10)  # HAProxy takes that long
        with HaProxy(field, field.network.hub, backend) as haproxy:
            for _ in range(KILLS_BESIDE_HAPROXY):
                wait_until(lambda: haproxy.state("n1") == "UP", LIMIT, "HAProxy to see the database")
                round_(haproxy)
        field.restart_after(0.1)
    return [Figure("database killed, first 503", "s", refused, "HAProxy, httpchk", marked),
            Figure("database killed, endpoint withdrawn", "s", withdrawn, "HAProxy, httpchk", marked)]


def _bare_lease(field, seconds=5):
    """The time that etcd itself takes to drop a key with an expired lease."""
    key = "/bench/bare"
    with Deletions(field, key) as deletions:
        lease = field.etcd.etcdctl("lease", "grant", str(seconds)).stdout.split()[1]
        start = time.monotonic()
        field.etcd.etcdctl("put", f"--lease={lease}", key, "x")
        return deletions.after(start)


def cuts(field):
    """Power cut: the time until the node's record is gone. Leaves the node switched off."""
    gone = []
    with Deletions(field, field.record) as deletions:
        for number in range(CUTS):
            if number:
                field.node.boot()
                wait_until(lambda: field.etcd.get(field.record), 30, "the node's record")
                time.sleep(random.uniform(0, 1.7))  # anywhere between two keep-alives
            start = time.monotonic()
            field.node.power_cut()
            gone.append(deletions.after(start))
    bare = _bare_lease(field)
    sidekick = [float(SIDEKICK_TTL - SIDEKICK_PAUSE), float(SIDEKICK_TTL)]
    return [Figure("power cut, record gone", "s", gone, "etcd, untouched lease of 5 s", bare),
            Figure("  the same", "s", gone, "sidekick, by its numbers", sidekick)]

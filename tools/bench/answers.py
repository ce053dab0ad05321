"""Measures how fast the agent answers health requests, also beside 500 half-open clients. Times are in seconds."""

import contextlib
import select
import socket
import statistics
import time

from field import HaProxy
from figures import Figure

REQUESTS, BATCH = 2000, 500
HALF_OPEN = 500
_GET = b"GET /ready HTTP/1.0\r\n\r\n"
_PEER = 4490


def ask(address, port=4480):
    """The status of /ready on a new connection; 0 if the connection broke."""
    with socket.create_connection((address, port), timeout=5) as connection:
        connection.sendall(_GET)
        answer = connection.recv(4096)
    return int(answer[9:12] or b"0")


@contextlib.contextmanager
def _half_open(address, port, count):
    """Clients that never finish their request; all of them must still be waiting at the end."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection((address, port), timeout=5)) for _ in range(count)]
        for client in clients:
            client.sendall(b"GET /ready HT")
        yield
        poll = select.poll()
        for client in clients:
            poll.register(client, select.POLLIN | select.POLLRDHUP)
        if closed := len(poll.poll(0)):
            raise RuntimeError(f"expected {count} half-open connections, {closed} were closed")


def _times(address, port, half_open):
    """The time of each request. In batches, because the agent closes half-open connections after 5 s."""
    times = []
    for _ in range(REQUESTS // BATCH):
        with _half_open(address, port, half_open):
            for _ in range(BATCH):
                start = time.perf_counter()
                status = ask(address, port)
                times.append(time.perf_counter() - start)
                if status != 200:
                    raise RuntimeError(f"expected /ready to answer 200, found {status}")
    return times


def _p99(times):
    return statistics.quantiles(times, n=100)[98]


def answers(field):
    """The agent with and without half-open connections, compared with HAProxy's own health page."""
    address = field.node.address
    page = f"frontend health\n  bind :{_PEER}\n  monitor-uri /ready\n"
    with HaProxy(field, field.node.link.namespace, page), field.network.hub.entered():
        alone = _times(address, 4480, 0)
        ours = _times(address, 4480, HALF_OPEN)
        peer = _times(address, _PEER, HALF_OPEN)
    name = f"/ready beside {HALF_OPEN} half-open clients"
    rows = []
    for word, of in (("p50", statistics.median), ("p99", _p99)):
        rows += [Figure(f"{name}, {word}", "s", of(ours), "HAProxy's monitor-uri", of(peer)),
                 Figure("  the same", "s", of(ours), "ours without them", of(alone))]
    return rows

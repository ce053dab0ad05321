"""Half-open, silent and slow clients are limited in number and time, and others still get fast answers."""

import time

import pytest

from harness.http_server_driver import HttpServerDriver, read_all, status_of
from harness.stopwatch import Stopwatch

REQUEST = b"GET /ready HTTP/1.0\r\n\r\n"


@pytest.fixture(name="server")
def make_server(workspace):
    with HttpServerDriver(workspace.make_directory("http"), connections=600, idle=3) as server:
        yield server.publish(200)


def close_all(connections):
    for connection in connections:
        connection.close()


def test_answers_beside_500_half_open_connections_take_less_than_5_ms(server):
    half_open = [server.connect() for _ in range(500)]
    for connection in half_open:
        connection.sendall(b"GET /ready HT")
    times = []
    for _ in range(200):
        start = time.perf_counter()
        with server.connect() as connection:
            connection.sendall(REQUEST)
            assert status_of(connection.recv(4096)) == 200
        times.append(time.perf_counter() - start)
    close_all(half_open)
    assert sorted(times)[197] < 0.005


def test_at_the_limit_the_longest_silent_one_goes_and_the_server_does_not_spin(server):
    silent = [server.connect() for _ in range(600)]
    with server.connect() as new:
        new.sendall(REQUEST)
        assert status_of(new.recv(4096)) == 200
    assert silent[0].recv(1) == b""
    before = server.cpu_seconds()
    time.sleep(1)
    assert server.cpu_seconds() - before < 0.1
    close_all(silent)


def test_a_silent_connection_is_closed_after_the_idle_timeout(server):
    with server.connect(timeout=10) as silent:
        start, watch = time.monotonic(), Stopwatch()
        assert read_all(silent) == (b"", True)
        assert watch.seconds() < 5
        assert time.monotonic() - start > 2.5


def test_a_client_that_trickles_bytes_is_also_disconnected(server):
    with server.connect() as slow:
        start = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - start < 15:
                slow.sendall(b"G")
                time.sleep(0.5)
        assert time.monotonic() - start < 10

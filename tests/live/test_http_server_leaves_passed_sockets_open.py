"""Sockets that systemd passed outlive the server: its successor serves the connections that waited in between."""

import os
import socket

from harness.http_server_driver import read_all, status_of
from harness.driver import Driver

REQUEST = b"GET /ready HTTP/1.0\r\n\r\n"


def start(listener):
    """The driver with the listener as its LISTEN_FDS, as systemd would start it."""

    def pass_socket():
        os.dup2(listener.fileno(), 3)
        os.environ["LISTEN_PID"] = str(os.getpid())
        os.environ["LISTEN_FDS"] = "1"
        os.execv("build/http_server_driver", ["http_server_driver", "0", "", "10", "2000"])

    return Driver("http_server_driver", preexec_fn=pass_socket)


def test_a_connection_between_two_servers_is_answered_by_the_second():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        for status in (200, 503):
            with socket.create_connection(address) as client:
                client.settimeout(5)
                client.sendall(REQUEST)
                with start(listener) as server:
                    assert server.result() == {"done": "listen"}
                    server.send("publish", status=status)
                    server.result()
                    assert status_of(read_all(client)[0]) == status

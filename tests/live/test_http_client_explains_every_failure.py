"""The errors of hal's HTTP client for servers that refuse, hang, disconnect, violate the protocol or never stop."""

import socket
import time

import pytest

from harness.driver import Driver
from harness.scripted_server import ScriptedServer, raw, reply
from harness.stopwatch import Stopwatch

REFUSED, UNREACHABLE, CONNECT_TIMEOUT, UNUSABLE, TIMEOUT, CLOSED, MALFORMED, TOO_LARGE = 1, 2, 3, 6, 20, 21, 22, 23


def send(driver, **fields):
    driver.send("send", **fields)
    assert driver.result()["began"], "send() returns before it reports"
    return driver.result()


def drip(connection, _request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.05)


def flood(connection, _request):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


ENDINGS = {
    "silent": (lambda *_: time.sleep(5), TIMEOUT, "no answer within 300 ms"),
    "dripping": (drip, TIMEOUT, "no answer within 300 ms"),
    "closing": (lambda *_: None, CLOSED, "closed without an answer"),
    "broken off": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), CLOSED, "ended before the answer"),
    "broken chunk": (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), None, ""),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), MALFORMED, "not HTTP/1.1"),
    "announced too large": (reply(b"x" * 2000), TOO_LARGE, "longer than 1000 bytes"),
    "endless": (flood, TOO_LARGE, "longer than 1000 bytes"),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_a_bad_server_is_told_apart(name):
    answer, code, words = ENDINGS[name]
    with ScriptedServer(answer) as server, Driver("http_client_driver") as driver:
        watch = Stopwatch()
        result = send(driver, url=server.url, deadlineMs=300 if code == TIMEOUT else 5000, maxResponseBytes=1000)
        assert watch.seconds() < 1
        assert f"127.0.0.1:{server.port}: " in result["error"] and words in result["error"], result
        assert code is None or result["code"] == code, result
        assert result["sent"] and result["retryable"]


def test_a_closed_port_and_a_port_that_drops_are_known_to_have_seen_nothing():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, Driver("http_client_driver") as driver:
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        dropped = send(driver, url=f"http://127.0.0.1:{port}/", deadlineMs=2000, connectDeadlineMs=200)
        assert dropped["code"] == CONNECT_TIMEOUT and not dropped["sent"], dropped
        assert "no connection within 200 ms" in dropped["error"]
        for filler in fillers:
            filler.close()
    with Driver("http_client_driver") as driver:
        refused = send(driver, url=f"http://127.0.0.1:{port}/")
        assert refused["code"] == REFUSED and not refused["sent"], refused
        assert refused["error"] == f"127.0.0.1:{port}: connection refused"


def test_an_unusable_url_is_final():
    with Driver("http_client_driver") as driver:
        for url in ("127.0.0.1:80", "ftp://127.0.0.1/", "file:///etc/passwd", "http://[::1"):
            result = send(driver, url=url)
            assert result["code"] == UNUSABLE and not result["retryable"] and not result["sent"], result


def test_any_status_is_an_answer_and_redirects_are_not_followed():
    with ScriptedServer(reply(b"", "302 Found", b"Location: http://127.0.0.1:1/\r\n")) as moved, \
            ScriptedServer(reply(b"broken", "500 Internal Server Error")) as broken, \
            Driver("http_client_driver") as driver:
        assert send(driver, url=moved.url)["status"] == 302
        assert send(driver, url=broken.url)["body"] == "broken"


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with ScriptedServer(reply()) as server, Driver("http_client_driver") as driver:
        assert send(driver, url=server.url)["body"] == "ok"


def test_methods_bodies_and_unix_sockets(tmp_path):
    def echo(connection, request):
        reply(request)(connection, request)

    path = tmp_path / "socket"
    with ScriptedServer(echo, path) as _server, Driver("http_client_driver") as driver:
        posted = send(driver, url="http://docker/v1/start", method="POST", unixSocket=str(path), body="{}",
                      headers=["Content-Type: application/json"])["body"]
        assert posted.startswith("POST /v1/start HTTP/1.1\r\nHost: docker\r\n") and posted.endswith("\r\n\r\n{}")
        assert "Content-Type: application/json\r\n" in posted and "Expect" not in posted
        empty = send(driver, url="http://docker/", method="POST", unixSocket=str(path))["body"]
        assert "Content-Length: 0\r\n" in empty
        assert send(driver, url="http://docker/", unixSocket=str(path))["body"].startswith("GET / ")
        assert send(driver, url="http://docker/", method="DELETE", unixSocket=str(path))["body"].startswith("DELETE / ")
        missing = send(driver, url="http://docker/", unixSocket=f"{path}.none")
        assert missing["code"] == UNREACHABLE and f"{path}.none: no such file" in missing["error"], missing

"""Before the first pages are published a client waits in the backlog, without a refusal or an answer."""

from harness.http_server_driver import HttpServerDriver, read_all, status_of


def test_a_request_before_the_first_pages_is_answered_with_them(workspace):
    with HttpServerDriver(workspace.make_directory("http")) as server, server.connect(timeout=0.5) as early:
        early.sendall(b"GET /ready HTTP/1.0\r\n\r\n")
        assert read_all(early) == (b"", False)
        server.publish(503)
        early.settimeout(5)
        assert status_of(read_all(early)[0]) == 503

"""GET, HEAD and OPTIONS of both HTTP versions, and what the server refuses."""

import pytest

from harness.http_server_driver import HttpServerDriver, status_of


@pytest.fixture(name="server")
def make_server(workspace):
    with HttpServerDriver(workspace.make_directory("http")) as server:
        yield server.publish(503)


def test_options_of_http_1_0_as_haproxy_sends_it_gets_the_pages_status(server):
    answer, closed = server.ask(b"OPTIONS /ready HTTP/1.0\r\n\r\n")
    assert status_of(answer) == 503 and closed
    assert b"\r\nAllow: GET, HEAD, OPTIONS\r\n" in answer and answer.endswith(b"\r\n\r\n")


def test_a_query_is_ignored_and_nothing_may_be_cached(server):
    answer, _ = server.ask(b"GET /ready?from=me HTTP/1.0\r\n\r\n")
    assert status_of(answer) == 503 and answer.endswith(b"\r\n\r\nstatus 503\n")
    assert b"\r\nCache-Control: no-store\r\n" in answer


def test_head_has_the_length_and_no_body(server):
    answer, _ = server.ask(b"HEAD /ready HTTP/1.0\r\n\r\n")
    assert status_of(answer) == 503 and b"\r\nContent-Length: 11\r\n" in answer and answer.endswith(b"\r\n\r\n")


def test_an_unknown_path_lists_the_known_ones(server):
    answer, _ = server.ask(b"GET /nothing HTTP/1.0\r\n\r\n")
    assert status_of(answer) == 404 and b"/health" in answer and b"/ready" in answer


def test_other_methods_are_not_allowed(server):
    answer, _ = server.ask(b"DELETE /ready HTTP/1.0\r\n\r\n")
    assert status_of(answer) == 405 and b"\r\nAllow: GET, HEAD, OPTIONS\r\n" in answer


@pytest.mark.parametrize("head", [b"POST /ready HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc",
                                  b"GET /ready HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"])
def test_a_request_with_a_body_is_refused_and_closed_unread(server, head):
    answer, closed = server.ask(head)
    assert status_of(answer) == 413 and closed


def test_a_head_that_is_too_long_is_refused_and_closed(server):
    answer, closed = server.ask(b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n")
    assert 400 <= status_of(answer) < 500 and closed


def test_a_connection_is_kept_for_several_requests(server):
    with server.connect() as connection:
        for status in (503, 200):
            server.publish(status)
            connection.sendall(b"GET /ready HTTP/1.1\r\nHost: x\r\n\r\n")
            assert status_of(connection.recv(4096)) == status


def test_the_unix_socket_answers_and_long_pages_arrive_whole(server):
    answer, _ = server.ask(b"GET /big HTTP/1.0\r\n\r\n", unix=True)
    assert status_of(answer) == 200 and answer.endswith(b"x" * 300000)

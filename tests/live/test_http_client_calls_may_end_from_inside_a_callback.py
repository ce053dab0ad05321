"""Cancellation at every moment: before the answer, inside a reader, and of the whole client."""

import time

from harness.driver import Driver
from harness.scripted_server import ScriptedServer, reply
from harness.wait import wait_until


def trickle(connection, _request):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 1000)
        time.sleep(0.01)


def test_a_cancelled_call_reports_nothing_and_the_others_go_on():
    with ScriptedServer(lambda *_: time.sleep(1)) as silent, ScriptedServer(reply()) as server, \
            Driver("http_client_driver") as driver:
        driver.send("send", id=1, url=silent.url, deadlineMs=300)
        driver.send("cancel", id=1)
        driver.send("send", id=2, url="no url")
        driver.send("cancel", id=2)
        driver.send("send", id=3, url=server.url)
        assert [driver.result()["id"] for _ in range(4)] == [1, 2, 3, 3]
        assert driver.silent_for(0.5)


def test_a_reader_gets_the_stream_as_it_comes_and_may_stop_it():
    with ScriptedServer(trickle) as server, Driver("http_client_driver") as driver:
        driver.send("send", id=1, url=server.url, readBytes=5000, deadlineMs=5000)
        results = [driver.result()]
        while "error" not in results[-1]:
            results.append(driver.result())
        assert len(results) >= 4 and "reader ended the request" in results[-1]["error"], results


def test_a_reader_may_cancel_its_own_call():
    with ScriptedServer(trickle) as server, Driver("http_client_driver") as driver:
        driver.send("send", id=1, url=server.url, readBytes=2000, deadlineMs=5000, cancelInside=True)
        result = driver.result()
        while "cancelled" not in result:
            result = driver.result()
        assert driver.silent_for(0.3)


def test_the_client_may_end_with_calls_on_their_way():
    with ScriptedServer(lambda *_: time.sleep(1)) as silent, Driver("http_client_driver") as driver:
        for number in range(20):
            driver.send("send", id=number, url=silent.url, deadlineMs=300)
        driver.send("cancelAll")
        assert all("began" in driver.result() for _ in range(20))
        assert driver.silent_for(0.5)


def test_more_requests_than_are_sane_are_refused_and_the_rest_ends_in_time():
    with ScriptedServer(lambda *_: time.sleep(5)) as silent, Driver("http_client_driver") as driver:
        for number in range(200):
            driver.send("send", id=number, url=silent.url, deadlineMs=4000)
        wait_until(lambda: silent.accepted >= 32, 3, "as many connections as are allowed")
        time.sleep(0.3)
        assert silent.accepted == 32, "the others wait for a connection"
        results = [driver.result() for _ in range(400)]
        errors = [result["error"] for result in results if "error" in result]
        assert len(errors) == 200
        assert sum("requests are already waiting" in error for error in errors) == 72

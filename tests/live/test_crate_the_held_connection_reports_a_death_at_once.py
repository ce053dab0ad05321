"""hal watches the database with queries on fresh connections, and an idle connection that reports its end."""

import json
import time

from harness.driver import Driver
from harness.scripted_server import ScriptedServer, reply
from harness.stopwatch import Stopwatch
from harness.wait import wait_until

ROOT = json.dumps({"name": "n1", "cluster_name": "office", "version": {"number": "6.4.5"}}).encode()
ROW = json.dumps({"cols": ["id", "name", "master_node"], "rows": [["c1", "office", "m1"]], "rowcount": 1}).encode()


def database(connection, request):
    reply(ROW if request.startswith(b"POST /_sql ") else ROOT)(connection, request)


def watch(driver, port):
    driver.send("crate", host="127.0.0.1", port=port)


def test_a_question_is_asked_on_new_connections_and_joined_by_others():
    with ScriptedServer(database) as server, Driver("http_client_driver") as driver:
        watch(driver, server.port)
        driver.send("ask")
        driver.send("ask")
        expected = {"sqlAnswers": True, "sqlError": None, "nodeName": "n1", "clusterName": "office",
                    "version": "6.4.5", "masterNode": "m1", "clusterId": "c1"}
        assert [driver.result()["answer"] for _ in range(2)] == [expected, expected]
        assert server.accepted in (2, 4), "the second question joins the first unless that was over already"
        before = server.accepted
        driver.send("ask")
        assert driver.result()["answer"] == expected
        assert server.accepted == before + 2


def test_a_silent_database_costs_its_deadline_and_a_closed_port_nothing():
    with ScriptedServer(lambda *_: time.sleep(5)) as silent, Driver("http_client_driver") as driver:
        watch(driver, silent.port)
        began, stopwatch = time.monotonic(), Stopwatch()
        driver.send("ask", deadlineMs=200)
        answer = driver.result()["answer"]
        assert stopwatch.seconds() < 0.6
        assert time.monotonic() - began > 0.15
        assert not answer["sqlAnswers"] and "no answer within 200 ms" in answer["sqlError"]
    with Driver("http_client_driver") as driver:
        watch(driver, silent.port)
        driver.send("ask")
        assert driver.result()["answer"]["sqlError"] == f"127.0.0.1:{silent.port}: connection refused"


def test_a_death_is_told_within_milliseconds_and_once():
    with ScriptedServer(database) as server, Driver("http_client_driver") as driver:
        watch(driver, server.port)
        driver.send("hold")
        assert driver.silent_for(0.3), "an idle connection says nothing"
        assert server.accepted == 1
        stopwatch = Stopwatch()
        server.drop_connections()
        assert "lost" in driver.result()
        assert stopwatch.seconds() < 0.05
        assert driver.silent_for(0.2)
        driver.send("hold")
        wait_until(lambda: server.accepted == 2, 5, "a second connection")
        driver.send("hold")
        assert driver.silent_for(0.3), "replacing a held connection is no loss"
        server.close()
        assert "lost" in driver.result() and driver.silent_for(0.2)


def test_a_closed_port_is_no_loss():
    with ScriptedServer(database) as server:
        port = server.port
    with Driver("http_client_driver") as driver:
        watch(driver, port)
        driver.send("hold")
        assert driver.silent_for(0.3)

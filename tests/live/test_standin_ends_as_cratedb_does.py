"""TERM gives 143 at once, a decommission gives 0 later, and tests can request other exits."""

import http.client
import time

import pytest

from harness.stopwatch import Stopwatch


def test_term_ends_it_with_143_at_once(make_standin):
    standin = make_standin().start().until_status(200)
    watch = Stopwatch()
    assert standin.terminate() == 143
    assert watch.seconds() < 1


def test_term_is_heeded_while_the_start_is_delayed(make_standin):
    standin = make_standin(environment={"STANDIN_START_DELAY_MS": "60000"}).start()
    standin.until_says("not CrateDB")
    time.sleep(0.2)
    assert standin.status() is None
    assert standin.terminate() == 143


def test_a_decommission_is_answered_at_once_and_ends_it_later_with_0(make_standin):
    standin = make_standin(environment={"STANDIN_DECOMMISSION_SECONDS": "2"}).start().until_status(200)
    started, watch = time.monotonic(), Stopwatch()
    answer = standin.sql("ALTER CLUSTER DECOMMISSION 'n1'")
    assert (answer.status, answer.json()["rowcount"]) == (200, 1)
    assert watch.seconds() < 1
    assert standin.exit_status() == 0
    assert time.monotonic() - started > 1.9


def test_while_decommissioning_new_sessions_are_refused_and_old_ones_served(make_standin):
    standin = make_standin().start().until_status(200)
    old, without_session = standin.connect(), standin.connect()
    assert old.sql("SELECT 1").status == 200
    assert without_session.get().status == 200
    node_id = standin.value("SELECT id FROM sys.nodes")
    standin.sql(f"alter cluster decommission '{node_id}'")
    for refused in (standin.connect(), without_session):
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            refused.sql("SELECT 1")
    assert old.sql("SELECT 1").status == 200
    assert standin.get().status == 200


def test_a_crash_loop_can_be_asked_for(make_standin):
    standin = make_standin(environment={"STANDIN_EXIT_CODE": "3"}).start()
    assert standin.exit_status() == 3
    assert "STANDIN_EXIT_CODE asks for a failure" in standin.says()


def test_a_knob_that_is_mistyped_is_refused(make_standin):
    standin = make_standin(environment={"STANDIN_DECOMMISSION_SECONDS": "soon"}).start()
    assert standin.exit_status() == 64
    assert "expected a whole number" in standin.says()

"""A waiting command of the demo says what it waits for: after two seconds, after each change, and every 15 seconds."""

import sys
import types

import pytest

from harness.workspace import REPOSITORY


@pytest.fixture
def patience(monkeypatch):
    """The demo's module, with `clock` as its time and `told` as the record of its output."""
    monkeypatch.setattr(sys, "path", [str(REPOSITORY / "tools/demo"), *sys.path])
    import patience as module
    monkeypatch.setattr(module, "clock", 0.0, raising=False)
    monkeypatch.setattr(module, "told", [], raising=False)
    monkeypatch.setattr(module, "time", types.SimpleNamespace(monotonic=lambda: module.clock))
    monkeypatch.setattr(module, "say", lambda text: module.told.append((module.clock, text)))
    return module


def looks(patience, made, seconds, *waiting):
    """Asks once a second; returns whether all was lost at the last call."""
    lost = False
    for _ in range(seconds):
        lost = made.is_lost(lambda: list(waiting))
        patience.clock += 1
    return lost


def test_a_waiting_command_of_the_demo_says_for_what(patience):
    made = patience.Patience(limit=6)
    assert not looks(patience, made, 20, ("n1", "boots", False))
    assert patience.told == [(2, "  n1: boots"), (17, "  n1: boots")]
    assert not looks(patience, made, 2, ("n1", "asks etcd", False))
    assert len(patience.told) == 2

    assert not looks(patience, made, 6, ("n1", "was forgotten", True))
    assert patience.told[2:] == [(22, "  n1: was forgotten")]
    assert not looks(patience, made, 1, ("n1", "was forgotten", True), ("n2", "boots", False))
    assert looks(patience, made, 7, ("n1", "was forgotten", True))

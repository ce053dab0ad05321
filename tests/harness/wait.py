"""Waits for a condition, with a deadline and a message that says what was expected."""

import time

from .stopwatch import Stopwatch


class Timeout(AssertionError):
    """The expected condition did not become true in time."""


def wait_until(predicate, timeout, what, interval=0.05):
    """Returns the first true value of `predicate()`; raises Timeout after `timeout` seconds, without stolen time.

    `what` completes the sentence "expected ..."; a callable is called at the end, so it can show the last state.
    """
    watch = Stopwatch()
    while True:
        value = predicate()
        if value:
            return value
        if watch.seconds() >= timeout:
            text = what() if callable(what) else what
            raise Timeout(f"expected {text} within {timeout} s")
        time.sleep(interval)

"""Waits for something to become true, with a deadline and a message that says what was expected."""

import time

from .stopwatch import Stopwatch


class Timeout(AssertionError):
    """What was waited for did not happen in time."""


def wait_until(predicate, timeout, what, interval=0.05):
    """Returns the first true value of `predicate()`; raises Timeout after `timeout` seconds that were not stolen.

    `what` completes the sentence "expected ..."; a callable is asked at the end, so it can show the last state.
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

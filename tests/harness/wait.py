"""Waits for something to become true, with a deadline and a message that says what was expected."""

import time


class Timeout(AssertionError):
    """What was waited for did not happen in time."""


def wait_until(predicate, timeout, what, interval=0.05):
    """Returns the first true value of `predicate()`; raises Timeout after `timeout` seconds.

    `what` completes the sentence "expected ..."; a callable is asked at the end, so it can show the last state.
    A machine that stands still for a moment, as virtual ones do, wakes the sleeper late: that time is not counted.
    """
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() >= deadline:
            text = what() if callable(what) else what
            raise Timeout(f"expected {text} within {timeout} s")
        asleep = time.monotonic()
        time.sleep(interval)
        deadline += time.monotonic() - asleep - interval

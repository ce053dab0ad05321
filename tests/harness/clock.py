"""Measures how long recovery takes after a fault: for information only, bounded by a generous timeout.

`make cluster` prints the figures at the end. No test asserts on them.
"""

import time

MEASURED = []  # (the act, seconds, what had happened by then), in order


class Clock:
    """Starts on creation, right before the act that it is named after."""

    def __init__(self, cluster, act):
        self._cluster, self._act = cluster, act
        self._start = time.monotonic()

    def until(self, predicate, timeout, what):
        """Waits until `predicate()` holds and notes the seconds since the act; `what` completes "expected ..."."""
        self._cluster.wait_for(predicate, timeout, what)
        self.note(what)

    def note(self, what):
        """Records that this has happened by now."""
        MEASURED.append((self._act, time.monotonic() - self._start, what))


def report():
    """The measurements, one line each."""
    width = max((len(act) for act, _, _ in MEASURED), default=0)
    return [f"{act:{width}}  {seconds:6.1f} s  {what}" for act, seconds, what in MEASURED]

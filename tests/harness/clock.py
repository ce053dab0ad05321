"""How long things took after a fault: measured for the reader, bounded only by a generous timeout.

`make cluster` prints all of it at the end. A test never asserts on these figures.
"""

import time

MEASURED = []  # (what was done, seconds, what had happened by then), in the order it happened


class Clock:
    """Starts when it is made, right before the act it is named after."""

    def __init__(self, shelf, act):
        self._shelf, self._act = shelf, act
        self._start = time.monotonic()

    def until(self, predicate, timeout, what):
        """Waits until `predicate()` holds and notes the seconds since the act; `what` completes "expected ..."."""
        self._shelf.wait_for(predicate, timeout, what)
        self.note(what)

    def note(self, what):
        """Notes that this has happened by now."""
        MEASURED.append((self._act, time.monotonic() - self._start, what))


def report():
    """What was measured, one line each."""
    width = max((len(act) for act, _, _ in MEASURED), default=0)
    return [f"{act:{width}}  {seconds:6.1f} s  {what}" for act, seconds, what in MEASURED]

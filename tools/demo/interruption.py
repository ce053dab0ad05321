"""Ctrl-C, Ctrl-\\, SIGTERM and SIGHUP, which all mean the same: end, and remove everything.

Each raises KeyboardInterrupt, and again every second until the demo has begun to end: Python loses an exception that
comes while it starts a process. What happens then is others' business.
"""

import os
import signal
import sys

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_INSIST = 1  # seconds


def install():
    """From now on they end the demo."""
    owner = os.getpid()

    def interrupt(*_):
        # A process that is just being started has the handler for a moment as well.
        if os.getpid() == owner:
            signal.setitimer(signal.ITIMER_REAL, _INSIST)
        raise KeyboardInterrupt

    for number in (*SIGNALS, signal.SIGALRM):
        signal.signal(number, interrupt)
    sys.unraisablehook = _say_nothing_of_interrupts


def ignore():
    """From now on they are too late."""
    for number in (*SIGNALS, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _say_nothing_of_interrupts(lost):
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)

"""Ctrl-C, Ctrl-\\, SIGTERM and SIGHUP, which all mean the same: end, and remove everything.

Each raises KeyboardInterrupt, and again every second until the demo starts to shut down: Python loses an exception
that arrives while it starts a process. The callers handle the exception.
"""

import os
import signal
import sys

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_INSIST = 1  # seconds


def install():
    """From now on the signals end the demo."""
    owner = os.getpid()

    def interrupt(*_):
        # A process that is just being started briefly has this handler too.
        if os.getpid() == owner:
            signal.setitimer(signal.ITIMER_REAL, _INSIST)
        raise KeyboardInterrupt

    for number in (*SIGNALS, signal.SIGALRM):
        signal.signal(number, interrupt)
    sys.unraisablehook = _say_nothing_of_interrupts


def ignore():
    """From now on the signals are ignored."""
    for number in (*SIGNALS, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _say_nothing_of_interrupts(lost):
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)

"""The terminal at standard input, if there is one: its modes are given back whenever the demo stops or ends.

It holds what Ctrl-Z needs: the shell that called the demo finds its terminal as it was, and the time until `fg` counts
nowhere. It reads nothing and prints nothing.
"""

import contextlib
import fcntl
import os
import signal
import struct
import sys
import termios
import tty

from harness.stopwatch import pause, resume


class Terminal:
    """Use it as a context manager. `redraw`, if set, is called when the demo is in the foreground again."""

    def __init__(self):
        self.is_there = os.isatty(0)
        self.redraw = None
        self._modes = termios.tcgetattr(0) if self.is_there else None

    def __enter__(self):
        signal.signal(signal.SIGTSTP, self._stop)
        return self

    def __exit__(self, *_):
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)

    def _stop(self, *_):
        before = self._now()
        self._give_back()
        pause()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTSTP)  # returns when a shell lets the demo go on
        signal.signal(signal.SIGTSTP, self._stop)
        resume()
        if before != self._modes:
            # In the background this stops once more, as it should: the terminal is somebody else's.
            self._set(before)
        if self.redraw:
            self.redraw()

    def _give_back(self):
        # When make called the demo, its shell may have taken the terminal already, and set its own modes. Whoever
        # sets them from the background is stopped, and here that would be once too often.
        with contextlib.suppress(OSError):
            if self.is_there and os.tcgetpgrp(0) == os.getpgrp():
                before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
                self._set(self._modes)
                signal.signal(signal.SIGTTOU, before)

    def _now(self):
        with contextlib.suppress(termios.error):
            return termios.tcgetattr(0) if self.is_there else None
        return None

    def _set(self, modes):
        # A terminal that was closed has no modes.
        with contextlib.suppress(termios.error):
            if modes is not None:
                termios.tcsetattr(0, termios.TCSANOW, modes)

    @contextlib.contextmanager
    def raw(self, on_resize):
        """Every key goes through as it is; `on_resize` is told a window size in the form of TIOCSWINSZ."""
        def tell(*_):
            with contextlib.suppress(OSError):
                on_resize(fcntl.ioctl(0, termios.TIOCGWINSZ, struct.pack("HHHH", 0, 0, 0, 0)))

        before = signal.signal(signal.SIGWINCH, tell)
        self.redraw, redraw = tell, self.redraw
        try:
            tell()
            with contextlib.suppress(termios.error):
                tty.setraw(0, termios.TCSANOW)  # what was typed ahead is the shell's
            yield
        finally:
            self.redraw = redraw
            signal.signal(signal.SIGWINCH, before)
            self._set(self._modes)


def open_missing():
    """Standard streams that the caller closed become empty ones; none fails for a character it cannot show."""
    # The lowest free descriptor is taken, so what is opened later cannot take the place of one of them.
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(opened)
    # Python leaves out a stream whose descriptor it finds closed.
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")

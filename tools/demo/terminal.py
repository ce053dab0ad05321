"""The terminal at standard input, if there is one: restores its modes whenever the demo stops or ends.

It handles Ctrl-Z: the shell that called the demo gets its terminal back as it was, and no timeout counts the time until
`fg`. It reads nothing and prints nothing.
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
        signal.raise_signal(signal.SIGTSTP)  # returns when a shell continues the demo
        signal.signal(signal.SIGTSTP, self._stop)
        resume()
        if before != self._modes:
            # In the background this stops the demo once more, as it should: it does not own the terminal.
            self._set(before)
        if self.redraw:
            self.redraw()

    def _give_back(self):
        # If make called the demo, the shell may have taken the terminal already and set its own modes. Setting modes
        # from the background stops a process, which here would be once too often.
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
        # A closed terminal has no modes.
        with contextlib.suppress(termios.error):
            if modes is not None:
                termios.tcsetattr(0, termios.TCSANOW, modes)

    @contextlib.contextmanager
    def raw(self, on_resize):
        """Passes every key unchanged; calls `on_resize` with a window size in the form of TIOCSWINSZ."""
        def tell(*_):
            with contextlib.suppress(OSError):
                on_resize(fcntl.ioctl(0, termios.TIOCGWINSZ, struct.pack("HHHH", 0, 0, 0, 0)))

        before = signal.signal(signal.SIGWINCH, tell)
        self.redraw, redraw = tell, self.redraw
        try:
            tell()
            with contextlib.suppress(termios.error):
                tty.setraw(0, termios.TCSANOW)  # keys typed ahead go to the shell
            yield
        finally:
            self.redraw = redraw
            signal.signal(signal.SIGWINCH, before)
            self._set(self._modes)


def open_missing():
    """Replaces closed standard streams by empty ones; no stream fails for a character it cannot encode."""
    # open() takes the lowest free descriptor, so no later file can take the place of a standard stream.
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(opened)
    # Python leaves out a stream whose descriptor it finds closed.
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")

"""A user at a terminal: an interactive shell with job control on its own terminal, with its input and output.

It does not depend on what runs in it, and leaves no process behind: closing it is like closing the window.
"""

import contextlib
import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading

from .wait import wait_until

PROMPT = "person$ "
# Sequences that a terminal interprets and does not show: colours, titles, bracketed paste.
_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[=>]")


def _sit_down():
    # Takes the shell's own terminal, and resets the signals that the tests ignore.
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Terminal:
    """Use it as a context manager. `shown` is the full output so far."""

    def __init__(self, rows=40, columns=120, directory="/"):
        self._keyboard, screen = pty.openpty()
        self.resize(rows, columns)
        environment = {**os.environ, "PS1": PROMPT, "TERM": "xterm", "HISTFILE": ""}
        self._shell = subprocess.Popen(["bash", "--norc", "--noprofile", "-i"], stdin=screen, stdout=screen,
                                       stderr=screen, start_new_session=True, preexec_fn=_sit_down, cwd=directory,
                                       env=environment)
        os.close(screen)
        self._bytes = bytearray()
        self._end, self._ending = os.pipe()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wait_for(PROMPT, 10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read(self):
        while self._end not in (ready := select.select([self._keyboard, self._end], [], [])[0]):
            try:
                self._bytes += os.read(self._keyboard, 65536) if ready else b""
            except OSError:  # no process has the terminal open any more
                return

    @property
    def shown(self):
        """The output so far, without control sequences."""
        return _SEQUENCES.sub("", self._bytes.decode(errors="replace")).replace("\r", "")

    def type(self, line):
        """Types a line and Enter, possibly ahead of the prompt."""
        self.press(f"{line}\r")

    def press(self, keys):
        """Sends keys as the terminal does."""
        os.write(self._keyboard, keys.encode())

    def wait_for(self, words, timeout, times=1):
        """Waits until these words have appeared this many times."""
        wait_until(lambda: self.shown.count(words) >= times, timeout,
                   lambda: f"'{words}' on the terminal, which showed:\n{self.shown}", interval=0.01)

    def ask(self, command, timeout=20):
        """Types a command at the shell's prompt; returns its output once the prompt is back."""
        before = len(self.shown)
        self.type(command)
        wait_until(lambda: self.shown[before:].endswith(PROMPT), timeout,
                   lambda: f"the shell's prompt, the terminal showed:\n{self.shown}")
        return self.shown[before:].removesuffix(PROMPT).partition("\n")[2].strip()

    def is_at_the_shell(self):
        """Whether the shell has the terminal again and shows its prompt."""
        return os.tcgetpgrp(self._keyboard) == self._shell.pid and self.shown.endswith(PROMPT)

    def modes(self):
        """The modes of the terminal, as a child of the shell gets them."""
        return self.ask("stty -g")

    def resize(self, rows, columns):
        """Changes the size of the window."""
        fcntl.ioctl(self._keyboard, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def descendants(self):
        """All descendants of the shell."""
        found, seen = [self._shell.pid], []
        while found:
            seen.append(found.pop())
            with contextlib.suppress(OSError):
                children = pathlib.Path(f"/proc/{seen[-1]}/task/{seen[-1]}/children").read_text()
                found += [int(pid) for pid in children.split()]
        return seen[1:]

    def hang_up(self):
        """Closes the window. The output so far can still be read."""
        if self._keyboard is None:
            return
        os.write(self._ending, b"e")
        self._reader.join(5)
        os.close(self._keyboard)
        self._keyboard = None

    def close(self):
        """Closes the window and ensures that the shell has ended."""
        self.hang_up()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._shell.wait(5)
        self._shell.kill()
        self._shell.wait(5)
        for end in (self._end, self._ending):
            with contextlib.suppress(OSError):
                os.close(end)

"""A person at a terminal: an interactive shell with job control on a terminal of its own, what is typed, what is shown.

It knows nothing of what runs in it, and leaves no process behind: closing it is what closing the window is.
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
# What a terminal obeys and does not show: colours, titles, bracketed paste.
_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[=>]")


def _sit_down():
    # The shell's own terminal, and no signal that the tests ignore.
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Terminal:
    """Use it as a context manager. `shown` is all that was shown so far."""

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
            except OSError:  # nobody has the terminal open any more
                return

    @property
    def shown(self):
        """The text that was shown, without what only moves and colours."""
        return _SEQUENCES.sub("", self._bytes.decode(errors="replace")).replace("\r", "")

    def type(self, line):
        """A line and the key Enter; typed ahead, it waits."""
        self.press(f"{line}\r")

    def press(self, keys):
        """Keys as the terminal sends them."""
        os.write(self._keyboard, keys.encode())

    def wait_for(self, words, timeout, times=1):
        """Waits until these words were shown so many times."""
        wait_until(lambda: self.shown.count(words) >= times, timeout,
                   lambda: f"'{words}' on the terminal, which showed:\n{self.shown}", interval=0.01)

    def ask(self, command, timeout=20):
        """What a command typed at the shell's prompt shows, once the prompt is back."""
        before = len(self.shown)
        self.type(command)
        wait_until(lambda: self.shown[before:].endswith(PROMPT), timeout,
                   lambda: f"the shell's prompt, the terminal showed:\n{self.shown}")
        return self.shown[before:].removesuffix(PROMPT).partition("\n")[2].strip()

    def is_at_the_shell(self):
        """Whether the shell has the terminal again and asks for a command."""
        return os.tcgetpgrp(self._keyboard) == self._shell.pid and self.shown.endswith(PROMPT)

    def modes(self):
        """The modes of the terminal, as a child of the shell gets them."""
        return self.ask("stty -g")

    def resize(self, rows, columns):
        """The window gets another size."""
        fcntl.ioctl(self._keyboard, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def descendants(self):
        """The processes that run below the shell, whoever of them started them."""
        found, seen = [self._shell.pid], []
        while found:
            seen.append(found.pop())
            with contextlib.suppress(OSError):
                children = pathlib.Path(f"/proc/{seen[-1]}/task/{seen[-1]}/children").read_text()
                found += [int(pid) for pid in children.split()]
        return seen[1:]

    def hang_up(self):
        """The window is closed. What was shown stays to be read."""
        if self._keyboard is None:
            return
        os.write(self._ending, b"e")
        self._reader.join(5)
        os.close(self._keyboard)
        self._keyboard = None

    def close(self):
        """Closes the window, and makes sure that the shell is gone."""
        self.hang_up()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._shell.wait(5)
        self._shell.kill()
        self._shell.wait(5)
        for end in (self._end, self._ending):
            with contextlib.suppress(OSError):
                os.close(end)

"""The demo as a person runs it: a job of a shell on a terminal, lines typed at its prompt, what it shows."""

import contextlib
import os
import re
import signal

from .leftovers import leftovers
from .terminal import PROMPT, Terminal
from .wait import Timeout, wait_until
from .workspace import REPOSITORY

DEMO_PROMPT = "demo> "
BOOT = 180  # three minutes from nothing to the prompt, on two cores


class Demo:
    """Runs with the stand-in, without asking a registry. `line` is what is typed to start it."""

    def __init__(self, line="tools/demo/run --stand-in"):
        self.terminal = Terminal(directory=REPOSITORY)
        self.modes = self.terminal.modes()
        self._final = None
        self._start = len(self.terminal.shown)
        self.terminal.type(line)
        self.pid = wait_until(self._find, 10, lambda: f"the demo to start, the terminal shows:\n{self.text}")

    def _find(self):
        return next((pid for pid in self.terminal.descendants() if self._is_demo(pid)), None)

    @staticmethod
    def _is_demo(pid):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as words:
            return b"tools/demo/run" in words.read().split(b"\0")
        return False

    @property
    def text(self):
        """What it has shown so far, without the line that started it."""
        text = self._final or self.terminal.shown[self._start:]
        return text.partition("\n")[2]

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def runs(self):
        return self._is_demo(self.pid)

    def wait_for_line(self, words, timeout):
        """Waits until a line with these words was shown."""
        self._wait(lambda: words in self.text, timeout, f"'{words}' from the demo")

    def _wait(self, predicate, timeout, what):
        def look():
            if not self.runs and not predicate():
                raise AssertionError(f"expected {what}, which has ended and said:\n{self.text}")
            return predicate()

        wait_until(look, timeout, lambda: f"{what}, which said:\n{self.text}", interval=0.02)

    def until_asked(self, timeout=BOOT, after=0):
        """Waits until it asks for a command."""
        self._wait(lambda: len(self.text) > after and self.text.endswith(DEMO_PROMPT), timeout,
                   "the prompt of the demo")
        return self

    def type(self, line):
        """One line at its prompt; typed ahead, it waits there."""
        self.terminal.type(line)

    def do(self, line, timeout=90):
        """Types a line and returns what it has shown when it asks for the next one."""
        before = len(self.text)
        self.type(line)
        self.until_asked(timeout, before + len(line) + 1)
        return self.text[before:].removesuffix(DEMO_PROMPT).partition("\n")[2]

    def press_ctrl_c(self):
        self.terminal.press("\x03")

    def press_ctrl_backslash(self):
        self.terminal.press("\x1c")

    def suggestions(self):
        """What it says can be done in another terminal: {purpose: command}."""
        section = self.text.split("In another terminal", 1)[1].split("Here:", 1)[0]
        return dict(re.split(r"  +", line.strip(), maxsplit=1) for line in section.splitlines()[1:] if line)

    def terminate(self):
        """SIGTERM, as a service manager ends it."""
        os.kill(self.pid, signal.SIGTERM)

    def hang_up(self):
        """The window in which it runs is closed."""
        self.terminal.hang_up()

    def until_gone(self, timeout):
        """Waits for its end, when there is no terminal to show it."""
        wait_until(lambda: not self.runs, timeout, lambda: f"the end of the demo, which said:\n{self.text}")

    def end(self, timeout):
        """Waits until the shell has the terminal again; the exit status."""
        wait_until(lambda: not self.runs and self.terminal.is_at_the_shell(), timeout,
                   lambda: f"the end of the demo, which said:\n{self.text}")
        self._final = self.terminal.shown[self._start:].removesuffix(PROMPT).rstrip("\n")
        return int(self.terminal.ask("echo $?"))

    def close(self):
        """Ends it in order, for it has much to clean up; kills it only if it does not listen."""
        if self.runs:
            os.kill(self.pid, signal.SIGTERM)
            os.kill(self.pid, signal.SIGCONT)
            try:
                self.until_gone(30)
            except Timeout:
                os.kill(self.pid, signal.SIGKILL)
        self.terminal.close()

    def leftovers(self):
        """Whatever of this run is still on the machine."""
        return leftovers(self.pid)

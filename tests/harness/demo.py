"""The demo as a user runs it: a job of a shell on a terminal, with lines typed at its prompt and its output."""

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
    """Runs with the stand-in, without asking a registry. `line` is the command line that starts it."""

    def __init__(self, line="tools/demo/run --stand-in"):
        self.terminal = Terminal(directory=REPOSITORY)
        self.modes = self.terminal.modes()
        self._final = None
        self._start = len(self.terminal.shown)
        self.terminal.type(line)
        self.pid = wait_until(self._find, 10, lambda: f"the demo to start; the terminal shows:\n{self.text}")

    def _find(self):
        return next((pid for pid in self.terminal.descendants() if self._is_demo(pid)), None)

    @staticmethod
    def _is_demo(pid):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as words:
            return b"tools/demo/run" in words.read().split(b"\0")
        return False

    @property
    def text(self):
        """Its output so far, without the line that started it."""
        text = self._final or self.terminal.shown[self._start:]
        return text.partition("\n")[2]

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def runs(self):
        return self._is_demo(self.pid)

    def wait_for_line(self, words, timeout):
        """Waits for a line with these words."""
        self._wait(lambda: words in self.text, timeout, f"'{words}' from the demo")

    def _wait(self, predicate, timeout, what):
        def look():
            if not self.runs and not predicate():
                raise AssertionError(f"expected {what}; the demo has ended with this output:\n{self.text}")
            return predicate()

        wait_until(look, timeout, lambda: f"{what}; its output:\n{self.text}", interval=0.02)

    def until_asked(self, timeout=BOOT, after=0):
        """Waits until it prompts for a command."""
        self._wait(lambda: len(self.text) > after and self.text.endswith(DEMO_PROMPT), timeout,
                   "the prompt of the demo")
        return self

    def type(self, line):
        """Types one line at its prompt, possibly ahead of it."""
        self.terminal.type(line)

    def do(self, line, timeout=90):
        """Types a line and returns the output up to the next prompt."""
        before = len(self.text)
        self.type(line)
        self.until_asked(timeout, before + len(line) + 1)
        return self.text[before:].removesuffix(DEMO_PROMPT).partition("\n")[2]

    def press_ctrl_c(self):
        self.terminal.press("\x03")

    def press_ctrl_backslash(self):
        self.terminal.press("\x1c")

    def suggestions(self):
        """Its suggestions for another terminal: {purpose: command}."""
        section = self.text.split("In another terminal", 1)[1].split("Commands:", 1)[0]
        return dict(re.split(r"  +", line.strip(), maxsplit=1) for line in section.splitlines()[1:] if line)

    def terminate(self):
        """Sends SIGTERM, as a service manager does."""
        os.kill(self.pid, signal.SIGTERM)

    def hang_up(self):
        """Closes the terminal window in which it runs."""
        self.terminal.hang_up()

    def until_gone(self, timeout):
        """Waits until it has ended, if there is no terminal any more."""
        wait_until(lambda: not self.runs, timeout, lambda: f"the end of the demo; its output:\n{self.text}")

    def end(self, timeout):
        """Waits until the shell has the terminal again; returns the exit status."""
        wait_until(lambda: not self.runs and self.terminal.is_at_the_shell(), timeout,
                   lambda: f"the end of the demo; its output:\n{self.text}")
        self._final = self.terminal.shown[self._start:].removesuffix(PROMPT).rstrip("\n")
        return int(self.terminal.ask("echo $?"))

    def close(self):
        """Ends it cleanly, because it has much to clean up; kills it only if it does not respond."""
        if self.runs:
            os.kill(self.pid, signal.SIGTERM)
            os.kill(self.pid, signal.SIGCONT)
            try:
                self.until_gone(30)
            except Timeout:
                os.kill(self.pid, signal.SIGKILL)
        self.terminal.close()

    def leftovers(self):
        """Everything that this run has left on the machine."""
        return leftovers(self.pid)

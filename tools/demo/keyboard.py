"""Reads the demo's commands: lines of standard input, with history and TAB completion at a terminal.

From any other input it reads exactly one line at a time, so that a shell in a node gets the lines that follow.
"""

import os
import sys

from progress import write

PROMPT = "demo> "


class Keyboard:
    """`completions` takes the text of the line before a word, and returns the possible words."""

    def __init__(self, terminal, completions):
        self._terminal, self._completions = terminal, completions
        self._readline = None
        if sys.stdin.isatty() and sys.stdout.isatty():
            try:
                import readline
            except ImportError:  # Python can be built without it
                return
            self._readline = readline
            readline.set_completer_delims(" ")
            readline.set_completer(self._complete)
            readline.parse_and_bind("tab: complete")

    def line(self):
        """The next line, or None at the end of the input."""
        if self._readline is None:
            return self._plain_line()
        self._terminal.redraw = self._redraw
        try:
            return input(PROMPT)
        except (EOFError, OSError):  # Ctrl-D; a closed terminal
            write("")
            return None
        finally:
            self._terminal.redraw = None

    def _plain_line(self):
        write(PROMPT, end="")
        line = bytearray()
        while not line.endswith(b"\n"):
            try:
                byte = os.read(0, 1)
            except OSError:
                byte = b""
            if not byte:
                break
            line += byte
        if not self._terminal.is_there:
            write(line.decode(errors="replace").rstrip("\n"))
        elif not line:
            write("")
        return line.decode(errors="replace") if line else None

    def _redraw(self):
        # The shell has overwritten the line.
        write(PROMPT + self._readline.get_line_buffer(), end="")

    def _complete(self, text, index):
        before = self._readline.get_line_buffer()[:self._readline.get_begidx()]
        found = [f"{each} " for each in self._completions(before) if each.startswith(text)]
        return found[index] if index < len(found) else None

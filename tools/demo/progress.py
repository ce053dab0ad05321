"""Prints the demo's output: progress lines with the seconds since its start, and commands as a user would type them.

If the reader closes the output, the next line ends the demo like Ctrl-C, and later lines are dropped.
"""

import json
import os
import sys
import time

_STARTED = time.monotonic()


def write(text, end="\n"):
    """Prints text unchanged."""
    try:
        print(text, end=end, flush=True)
    except OSError:
        _drop(1)
        raise KeyboardInterrupt("the output of the demo is closed") from None


def complain(text):
    """Prints to standard error; a closed standard error does not end the demo."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        _drop(2)


def _drop(descriptor):
    # The rest of the buffer goes there too.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def say(text):
    """Prints one progress line, with the seconds since the start."""
    write(f"[{time.monotonic() - _STARTED:5.1f} s] {text}")


def show(title, output):
    """Prints a command as a user would type it, and its output."""
    write(f"\n$ {title}\n{output.rstrip()}")


def table(columns, rows):
    """Left-aligned columns below their names, as text."""
    cells = [[value if isinstance(value, str) else json.dumps(value) for value in row] for row in [columns, *rows]]
    widths = [max(len(row[index]) for row in cells) for index in range(len(columns))]
    return "\n".join("  ".join(value.ljust(width) for value, width in zip(row, widths)).rstrip() for row in cells)

"""What the demo prints: calm lines with the seconds since its start, and commands as a person would type them.

Whoever reads may go away: the first line that nobody takes ends the demo as Ctrl-C does, the later ones are dropped.
"""

import json
import os
import sys
import time

_STARTED = time.monotonic()


def write(text, end="\n"):
    """Text as it is."""
    try:
        print(text, end=end, flush=True)
    except OSError:
        _drop(1)
        raise KeyboardInterrupt("nobody reads what the demo prints") from None


def complain(text):
    """Text for standard error; it ends nothing."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        _drop(2)


def _drop(descriptor):
    # What the buffer still holds goes there as well.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def say(text):
    """One progress line, with the seconds since the start."""
    write(f"[{time.monotonic() - _STARTED:5.1f} s] {text}")


def show(title, output):
    """A command as a person would type it, and what it printed."""
    write(f"\n$ {title}\n{output.rstrip()}")


def table(columns, rows):
    """Lines of left-aligned columns under their names."""
    cells = [[value if isinstance(value, str) else json.dumps(value) for value in row] for row in [columns, *rows]]
    widths = [max(len(row[index]) for row in cells) for index in range(len(columns))]
    return "\n".join("  ".join(value.ljust(width) for value, width in zip(row, widths)).rstrip() for row in cells)

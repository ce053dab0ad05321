"""What the demo prints: calm lines with the seconds since its start, and commands as a person would type them."""

import json
import time

_STARTED = time.monotonic()


def say(text):
    """One progress line, with the seconds since the start."""
    print(f"[{time.monotonic() - _STARTED:5.1f} s] {text}", flush=True)


def show(title, output):
    """A command as a person would type it, and what it printed."""
    print(f"\n$ {title}\n{output.rstrip()}", flush=True)


def table(columns, rows):
    """Lines of left-aligned columns under their names."""
    cells = [[value if isinstance(value, str) else json.dumps(value) for value in row] for row in [columns, *rows]]
    widths = [max(len(row[index]) for row in cells) for index in range(len(columns))]
    return "\n".join("  ".join(value.ljust(width) for value, width in zip(row, widths)).rstrip() for row in cells)

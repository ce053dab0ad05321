"""The measurements, and their output: a table for users, JSON for programs."""

import dataclasses
import json
import statistics


@dataclasses.dataclass
class Figure:
    """One row. Less is always better; `unit` is "s" (time), "s/s" (CPU) or "B" (bytes).

    `ours` and `peer` are single values or lists of samples, whose median counts. A row without a peer has no ratio.
    """

    name: str
    unit: str
    ours: float | list
    peer_name: str = ""
    peer: float | list | None = None

    def ratio(self):
        """How many times less ours is, independent of the machine's speed."""
        return None if self.peer is None else middle(self.peer) / middle(self.ours)

    def as_json(self):
        """The row with all its samples, as a dictionary."""
        return {**dataclasses.asdict(self), "ratio": self.ratio()}


def middle(value):
    """The median of a list, or the value itself."""
    return statistics.median(value) if isinstance(value, list) else value


def quantity(value, unit):
    """A number with three digits and a suitable unit: 12.3 ms, 3.01 MB."""
    if unit == "B":
        return f"{value / 1e6:.2f} MB"
    rest = unit.removeprefix("s")
    for size, name in ((1, "s"), (1e-3, "ms")):
        if value >= size:
            return f"{value / size:.3g} {name}{rest}"
    return f"{value / 1e-6:.3g} µs{rest}"


def show(value, unit):
    """A value, or a median with the range of its samples behind it."""
    if isinstance(value, list) and len(value) > 1:
        low, high = quantity(min(value), unit), quantity(max(value), unit)
        return f"{quantity(middle(value), unit)} ({low} … {high})"
    return quantity(middle(value), unit)


def table(figures):
    """All rows as text; the last column does not depend on the machine."""
    rows = [("what (median, range)", "ours", "peer", "", "ratio")]
    for figure in figures:
        ratio = figure.ratio()
        rows.append((figure.name, show(figure.ours, figure.unit), figure.peer_name,
                     "" if figure.peer is None else show(figure.peer, figure.unit),
                     "" if ratio is None else f"{ratio:.2f}" if ratio < 1 else f"{ratio:.1f}" if ratio < 100 else f"{ratio:.0f}"))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join("  ".join((*(cell.ljust(width) for cell, width in zip(row[:4], widths)), row[4].rjust(widths[4])))
                     for row in rows)


def document(figures, **surroundings):
    """All rows and samples as JSON."""
    return json.dumps({**surroundings, "figures": [figure.as_json() for figure in figures]}, indent=2)

"""The time that the tests limit: without the time that the hypervisor stole from this machine.

It also excludes the time in which this process is stopped on purpose, between `pause` and `resume`.
"""

import time

_left_out = 0.0
_paused_since = None


def pause():
    """Call it before this process is stopped: no Stopwatch runs until `resume`."""
    global _paused_since
    _paused_since = time.monotonic()


def resume():
    """Call it when the process continues. Another thread may have read its Stopwatch before."""
    global _left_out, _paused_since
    _left_out += time.monotonic() - _paused_since
    _paused_since = None


def _now():
    return (_paused_since or time.monotonic()) - _left_out


def _stolen():
    """Seconds that the hypervisor has stolen from each processor since boot; zeros on bare metal."""
    with open("/proc/stat") as stat:
        # cpu0 user nice system idle iowait irq softirq steal ..., in hundredths; proc_stat(5)
        return [int(line.split()[8]) / 100 for line in stat if line.startswith("cpu") and line[3].isdigit()]


class Stopwatch:
    """Starts on creation."""

    def __init__(self):
        self._start, self._stolen = _now(), _stolen()

    def stolen(self):
        """Seconds stolen since the start from the processor that lost most."""
        return max(now - before for now, before in zip(_stolen(), self._stolen))

    def seconds(self):
        """Seconds since the start without the stolen ones: use these for upper bounds; for lower bounds use any clock."""
        return _now() - self._start - self.stolen()

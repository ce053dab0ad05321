"""Time as the tests bound it: without what the hypervisor took away from this machine meanwhile.

Nor does it run while this process is stopped on purpose, if whoever stops it says so afterwards.
"""

import time

_left_out = 0.0
_paused_since = None


def pause():
    """This process is about to be stopped: no Stopwatch runs until `resume`."""
    global _paused_since
    _paused_since = time.monotonic()


def resume():
    """It goes on. Another thread may have looked at its Stopwatch before."""
    global _left_out, _paused_since
    _left_out += time.monotonic() - _paused_since
    _paused_since = None


def _now():
    return (_paused_since or time.monotonic()) - _left_out


def _stolen():
    """Seconds each processor was kept waiting by the hypervisor since the start; zeros on a machine of metal."""
    with open("/proc/stat") as stat:
        # cpu0 user nice system idle iowait irq softirq steal ..., in hundredths; proc_stat(5)
        return [int(line.split()[8]) / 100 for line in stat if line.startswith("cpu") and line[3].isdigit()]


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self):
        self._start, self._stolen = _now(), _stolen()

    def stolen(self):
        """Seconds taken since the start from the processor that lost most."""
        return max(now - before for now, before in zip(_stolen(), self._stolen))

    def seconds(self):
        """Seconds since the start but the stolen ones: an upper bound holds for these, a lower one by any clock."""
        return _now() - self._start - self.stolen()

"""Time as the tests bound it: without what the hypervisor took away from this machine meanwhile.

Nor does it run while this process is stopped on purpose, if whoever stops it says so afterwards.
"""

import time

_left_out = 0.0


def leave_out(seconds):
    """This process was stopped for so long: no Stopwatch counts it."""
    global _left_out
    _left_out += seconds


def _stolen():
    """Seconds each processor was kept waiting by the hypervisor since the start; zeros on a machine of metal."""
    with open("/proc/stat") as stat:
        # cpu0 user nice system idle iowait irq softirq steal ..., in hundredths; proc_stat(5)
        return [int(line.split()[8]) / 100 for line in stat if line.startswith("cpu") and line[3].isdigit()]


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self):
        self._start, self._stolen = time.monotonic() - _left_out, _stolen()

    def stolen(self):
        """Seconds taken since the start from the processor that lost most."""
        return max(now - before for now, before in zip(_stolen(), self._stolen))

    def seconds(self):
        """Seconds since the start but the stolen ones: an upper bound holds for these, a lower one by any clock."""
        return time.monotonic() - _left_out - self._start - self.stolen()

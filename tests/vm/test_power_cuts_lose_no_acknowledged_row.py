"""Power cuts during writes lose no acknowledged row: ten moments checked on the disk, two with a full boot.

The disks are what a disk with a write cache could have left: everything that a flush covers, and any part of the rest.
SEED= repeats the moments and the parts, but not what the machine writes.
"""

import os
import random
import time

from harness.crashed import rows_on
from harness.vm import progress
from harness.write_log import WriteLog

SEED = int(os.environ.get("SEED") or random.randrange(1_000_000))


def write_until_power_cut(machine, seconds):
    """Cuts the power while rows are being written; returns the write log and its position before the first row."""
    machine.rows.prepare()
    begin = machine.log.stat().st_size
    with machine.rows.writing():
        time.sleep(seconds)
        machine.power_cut()
    return WriteLog(machine.log), begin


def whole_boot(machine, log, chance):
    """Boots from the disk as this log leaves it and reads the rows from the machine itself."""
    log.state(machine.base, machine.data, len(log.entries), lambda: chance.random() < 0.5)
    acknowledged = machine.rows.until(log.end)
    machine.boot()
    assert acknowledged <= machine.rows.found()


def test_power_cuts_lose_no_acknowledged_row(machine, workspace, make_standin):
    chance = random.Random(SEED)
    progress("power cuts", f"SEED={SEED}")
    log, begin = write_until_power_cut(machine, 40)
    moments = [count for count, entry in enumerate(log.entries, 1) if entry[-1] > begin]
    written = machine.rows.all() - machine.rows.until(begin)
    progress("power cuts", f"{len(written)} rows, {len(moments)} writes")
    assert len(written) > 20
    for count in sorted(chance.sample(moments, 10)):
        share = chance.choice([0, 0.5, 1])
        disk = machine.directory / "crashed.raw"
        loose, kept = log.state(machine.base, disk, count, lambda: chance.random() < share)
        acknowledged = machine.rows.until(log.entries[count - 1][-1])
        found = rows_on(disk, workspace, make_standin)
        progress("power cuts", f"after write {count}: {len(acknowledged)} rows acknowledged, {len(found)} found, "
                 f"{kept} of {loose} unflushed writes kept")
        assert acknowledged <= found
    whole_boot(machine, log, chance)
    log, _ = write_until_power_cut(machine, chance.uniform(5, 15))
    whole_boot(machine, log, chance)

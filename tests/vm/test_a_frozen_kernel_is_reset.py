"""A kernel that does nothing any more: the machine's own watchdog resets it, and it comes back ready with its rows.

The kernel is made to crash and told not to restart by itself, as it would after 30 s. So nothing that runs in the
machine can end this: only the i6300esb, which nobody feeds now.
"""

import time


def test_a_frozen_kernel_is_reset(machine):
    with machine.rows.writing():
        time.sleep(2)
        machine.shell("echo 0 > /proc/sys/kernel/panic")
        machine.events()
        machine.tell("echo c > /proc/sysrq-trigger")
        assert "WATCHDOG" in machine.until_reset(150)
    machine.until_ready()
    assert machine.rows.all() <= machine.rows.found()

"""The machine's hardware watchdog resets a hung kernel, and the node comes back ready with its rows.

The test crashes the kernel and disables the automatic restart after 30 s. So no software in the machine can recover
it: only the i6300esb can, because nothing resets its timer any more.
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

"""After a power-button shutdown the same node comes back with the same rows, and boots faster than the first time.

The test compares the processor time of the boots. The wall-clock seconds, which it prints, depend on the host and its
load too.
"""

import time


def test_the_second_boot_keeps_the_rows_and_is_faster(machine):
    with machine.rows.writing():
        time.sleep(5)
    before = machine.node()
    machine.shut_down()
    machine.boot()
    assert len(machine.rows.all()) > 0
    assert machine.rows.all() <= machine.rows.found()
    after = machine.node()
    assert after["boot_id"] != before["boot_id"]
    for fact in ("id", "cluster_id", "slot"):
        assert after[fact] == before[fact]
    assert machine.boots[-1].work < machine.boots[0].work

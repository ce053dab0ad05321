"""Switched off by its power button and on again: the same node with the same rows, ready sooner than the first time.

Compared is what the boots cost of a processor. Seconds of a clock, which are printed, tell as much about the machine
that translates and what else it does.
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

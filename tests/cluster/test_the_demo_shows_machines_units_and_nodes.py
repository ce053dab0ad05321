"""`make demo` from start to end: the three lists, a node killed and started again, the cleanup."""

import re

from harness.demo import BOOT


def listing(text, command):
    """The lines below a command and its headings."""
    return re.split(r"\n(?=\n|demo>)", text.split(f"$ {command}", 1)[1])[0].splitlines()[2:]


def test_the_demo_shows_machines_units_and_nodes(make_demo):
    demo = make_demo()
    demo.wait_for_line("quit ", BOOT)
    for line in ("kill n2", "list", "start n2", "sql SELECT count(*) FROM sys.nodes", "kill n7", "quit"):
        demo.type(line)
    assert demo.end(120) == 0, demo.text
    first, after = demo.text.split("n2 has lost power")
    addresses = [f"10.77.0.{last}" for last in (11, 12, 13, 14)]
    assert "STAND-IN" in first

    machines = [line.split() for line in listing(first, "cratectl list-machines")]
    assert [machine[1] for machine in machines] == addresses
    assert all("ready=yes" in machine[2] for machine in machines)
    units = [line.split() for line in listing(first, "cratectl list-units")]
    assert sorted(unit[0] for unit in units) == [f"crate@{slot}.service" for slot in (1, 2, 3, 4)]
    assert [unit[1].rpartition("/")[2] for unit in units] == addresses
    assert {tuple(unit[2:]) for unit in units} == {("active", "running")}
    nodes = [line.split() for line in listing(first, "sql ")]
    assert [node[0] for node in nodes] == ["n1", "n2", "n3", "n4"]
    assert [node[-1] for node in nodes].count("true") == 1

    assert "n2 is out of etcd" in after and "n2 is ready: crate@" in after
    assert [line.split()[1] for line in listing(after, "cratectl list-machines")] == [addresses[0], *addresses[2:]]
    assert re.search(r"^4$", after, re.MULTILINE)
    assert "expected one of n1, n2, n3, n4; found 'n7'" in after
    assert demo.leftovers() == []

"""Null means unknown, and every unknown has a reason in the list of problems."""

import pytest

from harness.probe import probe, probe_unprivileged


def nulls(value, path=()):
    """The paths of all null values."""
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from nulls(part, path + (key,))
    elif isinstance(value, list):
        for part in value:
            name = part.get("name", part.get("id")) if isinstance(part, dict) else None
            yield from nulls(part, path + (name,))


def sources(path):
    """The sources of which one must explain the null at this path."""
    if path[0] == "host":
        return (f"host {path[1]}", "host dmi", "host cpu", "host memory", "host os")
    if path[0] == "nics":
        field = "speed_mbps" if path[2] == "duplex" else path[2]
        return (f"nic {path[1]} {field}", f"nic {path[1]} carrier_changes")
    if path[0] == "disks":
        return (f"disk {path[1]} {path[2]}", "disks")
    if path[0] == "volume":
        return ("volume",)
    return ("network announced_address",)


@pytest.mark.parametrize("ask", [probe, probe_unprivileged])
@pytest.mark.parametrize("path", ["/", "/proc", "/nonexistent"])
def test_every_null_has_a_problem(ask, path):
    inventory = ask(path)
    given = [problem["source"] for problem in inventory["problems"]]
    for null in nulls(inventory):
        assert any(source in given for source in sources(null)) or \
            any(each.startswith("volume") for each in given if null[0] == "volume"), null
    assert all(problem["reason"] for problem in inventory["problems"])


def test_a_missing_data_directory_hides_nothing_else():
    inventory = probe("/nonexistent")
    assert inventory["volume"] is None
    assert inventory["host"]["kernel"] and inventory["disks"] is not None
    assert "expected a directory" in next(p["reason"] for p in inventory["problems"] if p["source"] == "volume")

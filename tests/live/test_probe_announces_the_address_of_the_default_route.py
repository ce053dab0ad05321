"""With real links in network namespaces the agent ignores virtual ones and announces the right address."""

import pytest

from harness.netns import Namespace

from harness.probe import probe, reasons


@pytest.fixture
def machine(workspace):
    """A namespace with a bridge over one end of a veth pair, as on a machine with containers."""
    made = Namespace(workspace, "probed")
    made.ip("link", "add", "br0", "type", "bridge")
    made.ip("link", "add", "port0", "type", "veth", "peer", "name", "far0")
    made.ip("link", "set", "port0", "master", "br0", "up")
    made.ip("link", "set", "far0", "up")
    made.ip("link", "set", "br0", "up")
    yield made
    made.close()


def look(machine, *more):
    return probe("/", *more, prefix=("ip", "netns", "exec", machine.name))


def test_bridges_and_veths_are_no_physical_nics(machine):
    assert look(machine)["nics"] == []


def test_without_a_default_route_nothing_is_announced(machine):
    machine.ip("address", "add", "10.99.0.5/24", "dev", "br0")
    inventory = look(machine)
    assert inventory["announced_address"] is None
    assert "no default route" in reasons(inventory, "network announced_address")[0]


def test_the_address_of_the_default_route_is_announced_ipv4_first(machine):
    machine.ip("address", "add", "fd99::5/64", "dev", "br0", "nodad")
    machine.ip("-6", "route", "add", "default", "via", "fd99::1", "dev", "br0")
    assert look(machine)["announced_address"] == "fd99::5"
    machine.ip("address", "add", "10.99.0.5/24", "dev", "br0")
    machine.ip("route", "add", "default", "via", "10.99.0.1", "dev", "br0", "metric", "600")
    inventory = look(machine)
    assert (inventory["announced_interface"], inventory["announced_address"]) == ("br0", "10.99.0.5")


def test_the_lowest_metric_wins(machine):
    machine.ip("address", "add", "10.99.0.5/24", "dev", "br0")
    machine.ip("address", "add", "10.98.0.5/24", "dev", "far0")
    machine.ip("route", "add", "default", "via", "10.99.0.1", "dev", "br0", "metric", "600")
    machine.ip("route", "add", "default", "via", "10.98.0.1", "dev", "far0", "metric", "100")
    assert look(machine)["announced_address"] == "10.98.0.5"


def test_a_route_to_nowhere_and_a_link_local_address_are_not_announced(machine):
    machine.ip("route", "add", "unreachable", "default")
    machine.ip("address", "add", "169.254.7.7/16", "dev", "br0", "scope", "link")
    machine.ip("route", "add", "default", "dev", "br0", "metric", "900")
    assert look(machine)["announced_address"] is None


def test_the_configured_interface_wins(machine):
    machine.ip("address", "add", "10.99.0.5/24", "dev", "br0")
    machine.ip("address", "add", "10.98.0.5/24", "dev", "far0")
    machine.ip("route", "add", "default", "via", "10.99.0.1", "dev", "br0")
    inventory = look(machine, "--interface", "far0")
    assert (inventory["announced_interface"], inventory["announced_address"]) == ("far0", "10.98.0.5")


def test_a_configured_interface_that_is_not_there_is_named(machine):
    inventory = look(machine, "--interface", "eth7")
    assert inventory["announced_address"] is None
    assert "eth7 does not exist" in reasons(inventory, "network announced_address")[0]

"""The system extension alone installs the agent on a stock Debian 13, with its users, directories and units."""

import json

import pytest

from harness.workspace import REPOSITORY, command

EXTENSION = REPOSITORY / "build/image/cratekeeper.raw"


@pytest.fixture
def stock(make_node, workspace, make_etcd, network):
    """A node with only our extension and the address of an etcd. The extension is unpacked, because a node has no
    loop devices."""
    etcd = make_etcd("3.5", namespace=network.hub, address=network.ADDRESS)
    node = make_node("n1")
    node.etcd = etcd
    node.path("/var/lib/extensions").mkdir()
    command(REPOSITORY / "image/in-tools-tree", "unsquashfs", "-quiet", "-no-progress", "-dest",
            node.directory / "extension", EXTENSION)
    command("cp", "-a", node.directory / "extension", node.path("/var/lib/extensions/cratekeeper"))
    node.write("/etc/cratekeeper/agent.conf.d/50-site.conf", f"[Etcd]\nEndpoints={etcd.endpoint}\n")
    wants = node.path("/etc/systemd/system/sysinit.target.wants")
    (wants / "systemd-sysext.service").unlink(missing_ok=True)
    (wants / "systemd-sysext.service").symlink_to("/usr/lib/systemd/system/systemd-sysext.service")
    return node


def test_the_extension_runs_on_a_stock_system(stock):
    assert not stock.path("/usr/bin/cratectl").exists()
    stock.boot()
    stock.wait_for(lambda: stock.active_state("cratekeeper.service") == "active", 20, "the agent to run")
    merged = json.loads(stock.run("systemd-sysext", "status", "--json=short").stdout)
    assert ["cratekeeper"] in [each["extensions"] for each in merged]
    stock.wait_for(lambda: "/nodes/" in stock.etcd.etcdctl("get", "--prefix", "--keys-only", "/cratekeeper/").stdout, 10,
                   "the announcement")
    assert stock.properties("cratekeeper.service", "User")["User"] == "cratekeeper"
    assert "n1" in stock.run("cratectl", "status", check=False).stdout

"""The operator's commands on a node: the status, fleetctl's two tables, JSON, and clear errors without an answer."""

import json


def test_cratectl_shows_the_node_and_the_cluster(make_agent):
    node = make_agent("n1").boot().until_ready()
    node.until_announced()
    status = node.run("cratectl", "status").stdout
    assert "READY for traffic" in status and "crate@1.service active/running" in status
    versions = json.loads(node.run("cratectl", "status", "--json").stdout)["node"]["versions"]
    assert versions["crate"].startswith(versions["crate_line"])
    assert f"crate {versions['crate']} (configured as {versions['crate_line']}), cratekeeper" in status
    units = node.run("cratectl", "list-units").stdout.splitlines()
    assert units[0].split() == ["UNIT", "MACHINE", "ACTIVE", "SUB"]
    assert units[1].split()[0] == "crate@1.service" and units[1].split()[2:] == ["active", "running"]
    machines = node.run("cratectl", "list-machines").stdout.splitlines()
    assert machines[0].split() == ["MACHINE", "IP", "METADATA"]
    assert node.address in machines[1]
    assert json.loads(node.run("cratectl", "--json", "status").stdout)["node"]["name"] == "n1"
    assert json.loads(node.run("cratectl", "list-units", "--json").stdout)[0]["unit"] == "crate@1.service"

    silent = node.run("cratectl", "list-units", "--endpoint", "http://127.0.0.1:1", check=False)
    assert silent.returncode == 1
    assert "127.0.0.1:1" in silent.stderr and "refused" in silent.stderr
    node.systemctl("stop", "cratekeeper.socket", "cratekeeper.service")
    silent = node.run("cratectl", "status", check=False)
    assert silent.returncode == 1
    assert "systemctl status cratekeeper" in silent.stderr

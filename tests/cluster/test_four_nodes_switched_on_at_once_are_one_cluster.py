"""Four machines, each with its own Docker and disk, have one cluster id, four slots, and the same sys.nodes."""

import json

from harness.sql import query


def data_disk(node):
    """The file system of /data/crate, queried inside the node."""
    return json.loads(node.run("findmnt", "--json", "--target", "/data/crate", "--output", "SOURCE,FSTYPE").stdout)[
        "filesystems"][0]


def test_four_nodes_switched_on_at_once_are_one_cluster(cluster):
    (cluster_id,) = cluster.cluster_ids()
    registry = cluster.registry()
    assert registry["cluster-id"]["id"] == cluster_id
    members = {value["name"]: value["slot"] for key, value in registry.items() if key.startswith("members/")}
    assert sorted(members) == ["n1", "n2", "n3", "n4"] and sorted(members.values()) == [1, 2, 3, 4]
    for node in cluster.nodes:
        assert query(node, "SELECT name FROM sys.nodes ORDER BY name") == [["n1"], ["n2"], ["n3"], ["n4"]]
        assert node.active_state(f"crate@{members[node.name]}.service") == "active"
        assert node.docker("ps", "--format", "{{.Names}}") == f"crate-{members[node.name]}"
        assert node.run("cat", "/proc/1/comm").stdout == "systemd\n"
    disks = [data_disk(node) for node in cluster.nodes]
    assert {disk["fstype"] for disk in disks} == {"btrfs"}
    devices = {disk["source"].partition("[")[0] for disk in disks}
    assert len(devices) == 4 and all(device.startswith("/dev/loop") for device in devices), disks
    assert len({node.docker("info", "--format", "{{.ID}}") for node in cluster.nodes}) == 4

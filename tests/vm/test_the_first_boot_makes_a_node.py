"""Flashed and switched on, without a login: the empty disk becomes the data volume and the node becomes ready."""


def test_the_first_boot_makes_a_node(machine):
    volume = machine.node()["hardware"]["volume"]
    assert (volume["mount_point"], volume["filesystem"], volume["label"]) == ("/data", "btrfs", "crate-data")
    assert volume["is_subvolume"]
    node = machine.node()
    assert (node["name"], node["cluster"], node["slot"]) == (machine.name, "vm", 1)
    assert node["verdict"]["ready"]
    assert machine.shell("stat -c %u:%g /data/crate") == "1000:1000"
    assert f"{machine.name} login:" in machine.console(last=100_000)

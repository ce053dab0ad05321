"""A second disk that contains data is neither formatted nor mounted; the node takes the empty one beside it."""

from harness.workspace import command


def test_a_disk_with_foreign_data_is_left_alone(machine):
    disks = {disk["serial"]: disk for disk in machine.node()["hardware"]["disks"]}
    (content,) = disks["FOREIGN1"]["contents"]
    assert content["filesystem"] == "ext4"
    assert content["mount_points"] == []
    assert disks["DATA1"]["contents"][0]["mount_points"] == ["/data"]
    command("cmp", machine.foreign, machine.foreign_before)

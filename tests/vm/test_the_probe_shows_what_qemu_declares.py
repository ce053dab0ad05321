"""/v1/node shows the hardware of QEMU's command line: three NVMe disks and one wired interface."""


def test_the_probe_shows_what_qemu_declares(machine):
    hardware = machine.node()["hardware"]
    sizes = {disk["serial"]: disk["size_bytes"] for disk in hardware["disks"]}
    assert sizes == {"SYSTEM1": machine.system.stat().st_size, "DATA1": machine.data.stat().st_size,
                     "FOREIGN1": machine.foreign.stat().st_size}
    for disk in hardware["disks"]:
        assert (disk["model"], disk["transport"], disk["rotational"], disk["removable"]) == (
            "QEMU NVMe Ctrl", "nvme", False, False)
    (nic,) = hardware["nics"]
    assert (nic["mac"], nic["driver"], nic["speed_mbps"], nic["carrier"]) == (machine.mac, "e1000e", 1000, True)
    assert machine.address in [address["address"] for address in nic["addresses"]]
    host = hardware["host"]
    assert (host["vendor"], host["threads"], host["hostname"]) == ("QEMU", 2, machine.name)

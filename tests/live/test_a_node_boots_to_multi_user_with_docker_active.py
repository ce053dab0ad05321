"""The basis of every node test: real systemd, Docker, udev and Btrfs inside a node."""

from harness.node import TREE


def test_pid_1_reaches_its_target_and_no_unit_failed(node):
    assert node.systemctl("is-system-running").strip() == "running"
    assert node.active_state("multi-user.target") == "active"
    assert node.systemctl("--failed", "--no-legend").strip() == ""
    assert node.run("cat", "/proc/1/comm").stdout.strip() == "systemd"


def test_docker_answers_with_a_real_storage_driver(node):
    assert node.active_state("docker.service") == "active"
    assert node.docker("info", "--format", "{{.Driver}}") == "overlay2"


def test_data_is_a_btrfs_volume_with_its_kernel_directory(node):
    assert node.run("stat", "--file-system", "--format=%T", "/data").stdout.strip() == "btrfs"
    assert node.run("test", "-d", f"/sys/fs/btrfs/{node.data.uuid}/devinfo", user="nobody").returncode == 0


def test_udev_knows_the_network_interface(node):
    properties = node.run("udevadm", "info", "--query=property", "/sys/class/net/eth0", user="nobody").stdout
    assert "ID_NET_DRIVER=veth" in properties


def test_the_tree_stays_as_it_was_built(node):
    node.write("/etc/marker", "written inside\n")
    assert node.read("/etc/marker") == "written inside\n"
    assert not (TREE / "etc/marker").exists()

"""The configuration is a read-only mounted directory, replaced by rename; a new setting causes no restart."""

from harness.sql import sql

DIRECTORY = "/var/lib/cratekeeper/crate@1/config"


def test_a_container_sees_new_settings_in_a_directory_it_cannot_write(make_agent):
    node = make_agent("n1").boot().until_ready()
    process = node.container_pid("crate-1")
    inside = f"/proc/{process}/root/crate-config"

    refused = node.run("touch", f"{inside}/crate.yml", check=False)
    assert refused.returncode != 0 and "Read-only file system" in refused.stderr
    assert node.run("ls", "-A", inside).stdout.split() == ["crate.yml", "log4j2.properties", "unicast_hosts.txt"]
    assert "stats.enabled" not in node.run("cat", f"{inside}/crate.yml").stdout
    before = node.run("stat", "--format=%i", f"{DIRECTORY}/crate.yml").stdout

    node.write("/etc/cratekeeper/agent.conf.d/50-test.conf", "[Crate]\nSetting=stats.enabled=false\n")
    node.systemctl("reload", "cratekeeper.service")
    node.wait_for(lambda: 'stats.enabled: "false"' in node.run("cat", f"{inside}/crate.yml").stdout, 5,
                  "the container to see the new setting")
    assert node.run("stat", "--format=%i", f"{DIRECTORY}/crate.yml").stdout != before
    assert node.run("ls", "-A", inside).stdout.split() == ["crate.yml", "log4j2.properties", "unicast_hosts.txt"]
    assert node.container_pid("crate-1") == process and node.status_code() == 200
    assert sql(node, "SELECT id FROM sys.cluster")[0] == 200

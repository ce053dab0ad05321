"""After a restart with a new binary the agent keeps container and lease, and answers nothing but 200 in between."""

from harness.untouched import announced_again, nothing_is_touched
from harness.workspace import BUILD

BINARY = "/usr/libexec/cratekeeperd"


def test_an_upgraded_agent_takes_everything_over(make_agent):
    node = make_agent("n1").boot().until_ready()
    announced_again(node, within=10)
    lease, old = node.etcd.lease_of("/services/crate/n1"), node.path(BINARY).stat().st_ino
    with nothing_is_touched(node):
        # Like a package manager: the new file replaces the name while the old binary runs.
        node.write(BINARY, (BUILD / "cratekeeperd").read_bytes() + b"another version", mode=0o755)
        node.systemctl("restart", "cratekeeper.service")
        announced_again(node)
        pid = node.properties("cratekeeper.service", "MainPID")["MainPID"]
        assert node.run("stat", "-Lc", "%i", f"/proc/{pid}/exe").stdout.strip() == str(node.path(BINARY).stat().st_ino)
        assert node.path(BINARY).stat().st_ino != old
    assert node.etcd.lease_of("/services/crate/n1") == lease

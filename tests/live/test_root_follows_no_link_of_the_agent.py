"""Root reads the container's environment, which the agent writes, but nothing that the agent may not read itself."""


def test_root_follows_no_link_of_the_agent(make_agent):
    node = make_agent("n1").boot().until_ready()
    node.write("/root/secret", "SECRET=of root\n", mode=0o600)
    node.systemctl("stop", "cratekeeper.service", "cratekeeper.socket", "crate@1.service")
    environment = "/var/lib/cratekeeper/crate@1/environment"
    node.run("ln", "-sf", "/root/secret", environment, user="cratekeeper")
    refused = node.run("systemctl", "start", "crate@1.service", check=False)
    assert refused.returncode != 0
    assert "Permission denied" in node.journal("crate@1.service") and "of root" not in node.journal()
    assert node.docker("ps", "--all", "--quiet") == ""

"""Two containers on one data directory would destroy it: a container never outlives the unit that runs it."""


def test_a_killed_docker_client_ends_its_container(make_agent):
    node = make_agent("n1").boot().until_ready()
    container = node.container_pid("crate-1")
    client = node.properties("crate@1.service", "MainPID")["MainPID"]
    node.run("kill", "-9", client)
    node.wait_for(lambda: node.container_pid("crate-1") not in (container, None), 30, "the next container")
    assert node.run("kill", "-0", container, check=False).returncode != 0
    assert len(node.docker("ps", "--quiet").split()) == 1
    node.until_ready()

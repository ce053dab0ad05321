"""A restart of Docker, as in an upgrade, first stops the database cleanly and then starts it again."""


def test_restarting_docker_stops_the_database_cleanly_and_restarts_it(make_agent):
    node = make_agent("n1").boot().until_ready()
    container = node.container_pid("crate-1")
    node.systemctl("restart", "docker.service")
    node.wait_for(lambda: node.container_pid("crate-1") not in (container, None), 30, "the next container")
    node.until_ready()
    assert node.properties("crate@1.service", "NRestarts")["NRestarts"] == "0"
    assert "closed" in node.journal("crate@1.service")

"""An upgrade of Docker restarts it: the database is asked to end first, and comes back with Docker."""


def test_restarting_docker_stops_the_database_in_order_and_brings_it_back(make_agent):
    node = make_agent("n1").boot().until_ready()
    container = node.container_pid("crate-1")
    node.systemctl("restart", "docker.service")
    node.wait_for(lambda: node.container_pid("crate-1") not in (container, None), 30, "the next container")
    node.until_ready()
    assert node.properties("crate@1.service", "NRestarts")["NRestarts"] == "0"
    assert "closed" in node.journal("crate@1.service")

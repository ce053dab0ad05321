"""After SIGSTOP of the agent its watchdog expires, systemd replaces it, and the database is not affected."""


def test_a_frozen_agent_is_restarted_by_its_watchdog(make_agent):
    node = make_agent("n1")
    node.drop_in("cratekeeper.service", "[Service]\nWatchdogSec=3\n")
    node.boot().until_ready()
    container = node.container_pid("crate-1")
    agent = node.properties("cratekeeper.service", "MainPID")["MainPID"]
    node.run("kill", "-STOP", agent)
    node.wait_for(lambda: node.properties("cratekeeper.service", "MainPID")["MainPID"] not in ("0", agent), 60,
                  "the watchdog")
    node.until_ready(10)
    assert node.container_pid("crate-1") == container

"""After SIGHUP with a wrong file the agent reports every error with its place, and nothing else happens."""


def test_a_bad_configuration_is_refused_on_reload_and_the_good_one_stays(make_agent):
    node = make_agent("n1").boot().until_ready()
    node.write("/etc/cratekeeper/agent.conf.d/50-wrong.conf", "[Etcd]\nLeaseSeconds=900\nEndpoint=x\n")
    check = node.run("/usr/libexec/cratekeeperd", "--check-config", check=False)
    assert check.returncode == 1
    assert "/etc/cratekeeper/agent.conf.d/50-wrong.conf:2: [Etcd] LeaseSeconds: expected a number" in check.stderr
    assert "50-wrong.conf:3: [Etcd] Endpoint: unknown key" in check.stderr
    node.systemctl("reload", "cratekeeper.service")
    node.wait_for(lambda: "the last good one stays in effect" in node.journal("cratekeeper.service"), 5, "the refusal")
    assert node.status_code() == 200
    assert node.active_state("cratekeeper.service") == "active"

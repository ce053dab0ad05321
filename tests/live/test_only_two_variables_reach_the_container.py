"""The environment that the agent renders: root passes two variables to the container, and refuses any other line."""

ENVIRONMENT = "/var/lib/cratekeeper/crate@1/environment"
GOOD = "CRATE_HEAP_SIZE=512m\nCRATE_DISABLE_GC_LOGGING=1\n"
HOSTILE = ("KEYSTORE_PASSWORD\n", GOOD + "INVOCATION_ID\n", "LD_PRELOAD=/crate-config/evil.so\n" + GOOD, GOOD + "BASH_ENV=/x\n",
           GOOD + "CRATE_JAVA_OPTS=-javaagent:/crate-config/x.jar\n", "CRATE_HEAP_SIZE=$(id)m\n", "CRATE_HEAP_SIZE\n",
           "CRATE_HEAP_SIZE=512m -XX:OnError=id\n", " CRATE_HEAP_SIZE=512m\n", "\n", GOOD + "A=" + "x" * 8000 + "\n")


def test_only_two_variables_reach_the_container(make_agent):
    node = make_agent("n1").boot().until_ready()
    root = "/etc/cratekeeper/crate.env"
    node.write(root, node.read(root) + "\nKEYSTORE_PASSWORD=of-root-only\n", mode=0o600)
    node.systemctl("stop", "cratekeeper.service", "cratekeeper.socket", "crate@1.service")

    def refused(case):
        node.run("systemctl", "reset-failed", "crate@1.service", check=False)
        answer = node.run("systemctl", "start", "crate@1.service", check=False)
        assert answer.returncode != 0, case
        assert node.docker("ps", "--all", "--quiet") == "", case

    for content in HOSTILE:
        node.write(ENVIRONMENT, content)
        refused(content)
    log = node.journal("crate@1.service")
    assert "expected only CRATE_HEAP_SIZE= and CRATE_DISABLE_GC_LOGGING=" in log and "of-root-only" not in log

    # What never ends, and what never answers.
    for kind in (("mkfifo", ENVIRONMENT), ("ln", "-s", "/dev/zero", ENVIRONMENT)):
        node.run("rm", ENVIRONMENT)
        node.run(*kind)
        refused(kind)

    node.run("rm", ENVIRONMENT)
    node.write(ENVIRONMENT, GOOD)
    node.systemctl("reset-failed", "crate@1.service")
    node.systemctl("start", "crate@1.service")
    node.wait_for(lambda: node.docker("ps", "--quiet"), 10, "the container")
    variables = node.docker("inspect", "--format={{json .Config.Env}}", node.docker("ps", "--quiet"))
    assert "CRATE_HEAP_SIZE=512m" in variables and "of-root-only" not in variables

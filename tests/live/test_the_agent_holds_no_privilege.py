"""A separate user, empty capability sets, no new privileges, and systemd's own security rating of the unit."""


def test_the_agent_holds_no_privilege(make_agent):
    node = make_agent("n1").boot().until_ready()
    agent = node.properties("cratekeeper.service", "MainPID")["MainPID"]
    status = node.run("cat", f"/proc/{agent}/status").stdout
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(fields[name], 16) == 0, name
    assert fields["NoNewPrivs"].strip() == "1"
    assert "0" not in fields["Uid"].split()
    verdict = node.run("systemd-analyze", "security", "--no-pager", "cratekeeper.service").stdout.strip().splitlines()[-1]
    assert float(verdict.split("cratekeeper.service:")[1].split()[0]) <= 2.0

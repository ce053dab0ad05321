"""`status` and `logs` in the demo mark what the stand-in reports as CrateDB as coming from the stand-in."""


def test_the_demo_shows_a_nodes_status_and_logs(demo):
    status = demo.do("status n2")
    assert "$ cratectl status\nn2 (" in status and "READY for traffic" in status
    assert "Versions: the stand-in (as CrateDB 6.4.5)" in status

    agent, _, database = demo.do("logs n2").partition("$ journalctl --unit 'crate@*.service'")
    assert "cratekeeperd[" in agent and "ready: crate@" in agent
    assert "not CrateDB" in database

    every = demo.do("status").splitlines()
    assert [line.split(":")[0] for line in every] == ["n1", "n2", "n3", "n4"]
    told = demo.text.replace("as CrateDB 6.4.5", "")
    assert "n1 is ready: crate@" in told and "CrateDB 6.4.5" not in told

"""After SIGSTOP of the agent, systemd's watchdog kills it and systemd restarts it; the database is not affected."""


def test_a_frozen_agent_is_restarted(machine):
    before = machine.agent()
    container = machine.container()
    machine.shell(f"kill -STOP {before}")
    assert machine.page("/live", timeout=3) is None
    machine.wait_for(lambda: machine.page("/live", timeout=3), 120, "an answer again")
    machine.wait_for(machine.is_ready, 30, "to be ready")
    assert machine.agent() not in ("0", before)
    assert "Watchdog timeout" in machine.shell("journalctl --boot --unit=cratekeeper.service --no-pager")
    assert machine.container() == container

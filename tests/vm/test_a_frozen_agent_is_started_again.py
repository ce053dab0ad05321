"""SIGSTOP of the agent: systemd's watchdog ends it and starts another one; the database does not notice."""


def test_a_frozen_agent_is_started_again(machine):
    before = machine.agent()
    container = machine.container()
    machine.shell(f"kill -STOP {before}")
    assert machine.page("/live", timeout=3) is None
    machine.wait_for(lambda: machine.page("/live", timeout=3), 120, "an answer again")
    machine.wait_for(machine.is_ready, 30, "to be ready")
    assert machine.agent() not in ("0", before)
    assert "Watchdog timeout" in machine.shell("journalctl --boot --unit=cratekeeper.service --no-pager")
    assert machine.container() == container

"""Ctrl-C at the moment when the harness starts a process ends both the run and the process."""

import subprocess
import sys

from harness.leftovers import leftovers
from harness.workspace import REPOSITORY

# Python drops an exception that a signal handler raises during a fork; the signal arrives at that moment.
PROGRAM = """import os, signal, sys
sys.path.insert(0, sys.argv[1])
from harness.workspace import Workspace
with Workspace() as workspace:
    print(workspace.pid, flush=True)
    os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT))
    workspace.spawn(["sleep", "1000"], "sleeper")
    print("lost", flush=True)
"""


def test_an_interrupt_while_a_process_starts_is_not_lost():
    done = subprocess.run([sys.executable, "-B", "-c", PROGRAM, REPOSITORY / "tests"], capture_output=True, text=True,
                          timeout=60, check=False)
    assert "KeyboardInterrupt" in done.stderr and "Exception ignored" not in done.stderr
    pid, *said = done.stdout.split()
    assert said == []
    assert leftovers(pid) == []

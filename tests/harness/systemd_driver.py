"""Drives hal's view of systemd (build/systemd_driver) inside a node: units, journal, processes."""

import subprocess
import time

from .driver import Driver
from .workspace import BUILD

PROGRAM = "/usr/bin/systemd_driver"


class SystemdDriver(Driver):
    """One process in the node, as root or as `user`. Answers and events come in the order they happen."""

    def __init__(self, node, user=None):
        node.push(BUILD / "systemd_driver", PROGRAM, mode=0o755)
        self._process = subprocess.Popen(node.command_line(PROGRAM, user=user), stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/")
        self._received = b""

    def ask(self, verb, what="", timeout=10):
        """The answer to a command; skips events that arrive before it."""
        self.send(verb, what=what)
        while "event" in (answer := self.result(timeout)):
            pass
        return answer

    def unit(self, name):
        """One unit as hal sees it; None if it is not listed."""
        return next((unit for unit in self.ask("list", name)["units"] if unit["name"] == name), None)

    def next_event(self, event, timeout=10):
        """The next event of that kind."""
        while (found := self.result(timeout)).get("event") != event:
            pass
        return found

    def drain(self, quiet=0.5):
        """Reads until nothing has arrived for a while; returns the number of events."""
        count = 0
        while not self.silent_for(quiet):
            self.result()
            count += 1
        return count

    def connected(self, timeout=10):
        """Waits until the bus answers."""
        deadline = time.monotonic() + timeout
        while "error" in (answer := self.ask("list", "none@*.service")) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "units" in answer, answer
        return self

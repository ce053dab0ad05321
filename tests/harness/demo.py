"""The demo as a person runs it: a process with an input and lines of output; what it may not leave behind."""

import os
import pathlib
import signal
import subprocess
import threading

from .wait import wait_until
from .workspace import BUILD, REPOSITORY, command


class Demo:
    """Runs with the stand-in, without asking a registry. `script` is what is typed; then the input ends."""

    def __init__(self, script=""):
        self.lines = []
        self._process = subprocess.Popen([REPOSITORY / "tools/demo/run", "--stand-in"], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                         start_new_session=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._process.stdin.write(script)
        self._process.stdin.flush()

    def _read(self):
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def text(self):
        return "\n".join(self.lines)

    def wait_for_line(self, words, timeout):
        """Waits until a line with these words was printed."""
        wait_until(lambda: any(words in line for line in self.lines), timeout,
                   lambda: f"'{words}' from the demo, which said:\n{self.text}", interval=0.01)

    def signal(self, number):
        """What Ctrl-C does: every process of the terminal's group gets it."""
        os.killpg(self._process.pid, number)

    def end(self, timeout):
        """The exit status, after the end of the input."""
        self._process.stdin.close()
        status = self._process.wait(timeout)
        self._reader.join(5)
        return status

    def close(self):
        """Ends it in order, for it has much to clean up; kills it only if it does not listen."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)

    def leftovers(self):
        """Whatever of this run is still on the machine: namespaces, loop devices, mounts, groups, processes, files."""
        pid = self._process.pid
        directory = str(BUILD / "run" / str(pid))
        found = [f"netns {name}" for name in os.listdir("/run/netns") if name.startswith(f"ck-{pid}-")]
        found += [f"loop {line}" for line in command("losetup", "--list", "--noheadings", "--output=NAME,BACK-FILE")
                  .stdout.splitlines() if f"{directory}/" in line]
        found += [f"mount {line.split()[4]}" for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
                  if f" {directory}" in line]
        found += [f"group {path}" for path in pathlib.Path("/sys/fs/cgroup").glob(f"**/cratekeeper-{pid}")]
        found += [f"nspawn {path}" for path in pathlib.Path("/run/systemd/nspawn").glob(f"**/ck-{pid}-*")]
        found += [f"directory {directory}"] if os.path.exists(directory) else []
        return found + _processes(f"cratekeeper-{pid}/")


def _processes(group):
    # Without zombies: they are dead, and for the machine's own PID 1 to collect whenever it likes.
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            is_dead = (entry / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
            if not is_dead and group in (entry / "cgroup").read_text():
                found.append(f"process {entry.name} {(entry / 'comm').read_text().strip()}")
        except OSError:
            continue
    return found

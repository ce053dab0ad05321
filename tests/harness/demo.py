"""The demo as a person runs it: on a terminal, with lines of output; and what it may not leave behind."""

import fcntl
import os
import pathlib
import pty
import re
import signal
import subprocess
import termios
import threading

from .wait import wait_until
from .workspace import BUILD, REPOSITORY, command

_PF_EXITING = 4  # linux/sched.h


def _sit_at_the_terminal():
    """As a person's shell starts it: the terminal is its own, and Ctrl-C is not ignored because the tests ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Demo:
    """Runs with the stand-in, without asking a registry."""

    def __init__(self):
        self.lines = []
        self._keyboard, terminal = pty.openpty()
        self._process = subprocess.Popen([REPOSITORY / "tools/demo/run", "--stand-in"], stdin=terminal,
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                         start_new_session=True,
                                         preexec_fn=_sit_at_the_terminal)
        os.close(terminal)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

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

    def type(self, line):
        """One line at its prompt; typed ahead, it waits there."""
        os.write(self._keyboard, f"{line}\n".encode())

    def press_ctrl_c(self):
        os.write(self._keyboard, b"\x03")

    def suggestions(self):
        """What it says can be done in another terminal: {purpose: command}."""
        section = self.text.split("In another terminal", 1)[1].split("Here:", 1)[0]
        return dict(re.split(r"  +", line.strip(), maxsplit=1) for line in section.splitlines()[1:] if line)

    def terminate(self):
        """SIGTERM, as a service manager ends it."""
        self._process.terminate()

    def end(self, timeout):
        """Waits for its end; the exit status."""
        wait_until(lambda: self._process.poll() is not None, timeout,
                   lambda: f"the end of the demo, which said:\n{self.text}")
        self._reader.join(5)
        return self._process.returncode

    def close(self):
        """Ends it in order, for it has much to clean up; kills it only if it does not listen."""
        os.close(self._keyboard)
        if self._process.poll() is None:
            self._process.terminate()
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
    # Without what is dead or dying: the machine's own PID 1 collects it whenever it likes.
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            state, *_, flags = (entry / "stat").read_text().rpartition(")")[2].split()[:7]
            is_dead = state in "ZX" or int(flags) & _PF_EXITING
            if not is_dead and group in (entry / "cgroup").read_text():
                found.append(f"process {entry.name} {(entry / 'comm').read_text().strip()}")
        except OSError:
            continue
    return found

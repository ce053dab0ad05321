"""Lists what a run has left on the machine: namespaces, loop devices, mounts, cgroups, processes, files.

It looks for the marks that a workspace gives to all it makes, and removes nothing.
"""

import os
import pathlib

from .workspace import RUNS, command

_PF_EXITING = 4  # linux/sched.h


def leftovers(pid):
    """One line for each thing that the run of this process id left behind; empty if nothing is left."""
    directory = str(RUNS / str(pid))
    found = [f"netns {name}" for name in _names("/run/netns") if name.startswith(f"ck-{pid}-")]
    found += [f"loop {line}" for line in command("losetup", "--list", "--noheadings", "--output=NAME,BACK-FILE")
              .stdout.splitlines() if f"{directory}/" in line]
    found += [f"mount {line.split()[4]}" for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
              if f" {directory}" in line]
    found += [f"group {path}" for path in pathlib.Path("/sys/fs/cgroup").glob(f"**/cratekeeper-{pid}")]
    found += [f"nspawn {path}" for path in pathlib.Path("/run/systemd/nspawn").glob(f"**/ck-{pid}-*")]
    found += [f"directory {directory}"] if os.path.exists(directory) else []
    return found + _processes(f"cratekeeper-{pid}/")


def _names(directory):
    return os.listdir(directory) if os.path.isdir(directory) else []


def _processes(group):
    # Without dead and dying processes: the machine's own PID 1 reaps them at any time.
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

"""Measures CPU and memory of commands and of daemons. Times are in seconds."""

import pathlib
import subprocess
import sys
import time

from figures import Figure, middle

from harness.etcd import BINARIES
from harness.workspace import BUILD

# A child inherits the peak memory of its parent, so a small interpreter without modules starts the commands: peaks
# below its own 9 MB are not visible.
_RUNNER = """
import os, sys
for _ in range(int(sys.argv[1])):
    pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)])
    _, status, used = os.wait4(pid, 0)
    print(status, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
"""

ROUNDS = 20
WINDOW = 30  # seconds of the steady state to measure
SIDEKICK_PAUSE = 45  # seconds between two beats of the sidekick of 2014


def commands(rounds, *argv):
    """Runs a command many times: ([CPU time], [peak resident bytes])."""
    runner = [sys.executable, "-I", "-S", "-c", _RUNNER, str(rounds), *map(str, argv)]
    done = subprocess.run(runner, capture_output=True, text=True, timeout=60, check=True)
    results = [line.split() for line in done.stdout.splitlines()]
    if any(status != "0" for status, _, _ in results):
        raise RuntimeError(f"expected {argv[0]} to end with 0: {done.stdout}{done.stderr}")
    return [float(cpu) for _, cpu, _ in results], [int(peak) for _, _, peak in results]


def memory(pid):
    """Bytes of a running process: (resident, private and dirty). The second is heap, stacks and changed data; the other
    pages of a static binary are private too, but the kernel can drop and reread them at any time."""
    sizes = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, amount, *_ = line.split()
        sizes[name] = int(amount) * 1024
    return sizes["Rss:"], sizes["Private_Dirty:"]


def cpu_time(pid):
    """The processor time of all threads of a process so far, with nanosecond resolution."""
    return sum(int(task.read_text().split()[0]) for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def probe():
    """One probe of all hardware."""
    ours, _ = commands(ROUNDS, BUILD / "cratectl", "probe", "--json")
    peer, _ = commands(ROUNDS, "/usr/bin/lshw", "-json", "-quiet")
    return [Figure("hardware probe, CPU", "s", ours, "lshw -json", peer)]


def steady(field):
    """The idle daemon, compared with what the sidekick did with etcdctl.

    The daemon does more than the sidekick: it checks the database and the volume every second. A keep-alive alone costs
    less than the noise of a busy machine, so no row shows it. etcd counts the keep-alives.
    """
    pid = field.daemon_pid()
    start, cpu, count = time.monotonic(), cpu_time(pid), field.keep_alives()
    time.sleep(WINDOW)
    seconds = time.monotonic() - start
    duty, rate = (cpu_time(pid) - cpu) / seconds, (field.keep_alives() - count) / seconds
    with field.network.hub.entered():
        put, peak = commands(ROUNDS, *field.etcdctl("put", "/services/crate/sidekick", '{"http": 4200}'))
    beat = middle(put)
    return [
        Figure("whole duty from one keep-alive to the next, CPU", "s", duty / rate, "etcdctl put", put),
        Figure("whole duty, CPU", "s/s", duty, f"etcdctl put every {1 / rate:.2f} s", beat * rate),
        Figure("  the same", "s/s", duty, f"etcdctl put every {SIDEKICK_PAUSE} s", beat / SIDEKICK_PAUSE),
        *_sizes(field, peak),
    ]


def _sizes(field, peak):
    resident, dirty = memory(field.daemon_pid())
    with field.network.hub.entered():
        watcher = field.spawn(*field.etcdctl("watch", "/services/crate/sidekick"))
    time.sleep(1)
    watcher_resident, watcher_dirty = memory(watcher.pid)
    watcher.kill()
    watcher.wait()
    etcdctl = (BINARIES["3.5"] / "etcdctl").stat().st_size
    return [
        Figure("daemon, resident", "B", resident, "etcdctl put, peak", peak),
        Figure("  the same", "B", resident, "etcdctl watch", watcher_resident),
        Figure("daemon, private and dirty", "B", dirty, "etcdctl watch", watcher_dirty),
        Figure("cratekeeperd, file", "B", (BUILD / "cratekeeperd").stat().st_size, "etcdctl", etcdctl),
        Figure("cratectl, file", "B", (BUILD / "cratectl").stat().st_size, "etcdctl", etcdctl),
    ]

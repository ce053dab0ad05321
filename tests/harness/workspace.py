"""Owns everything that a test run creates outside its own memory, and always removes all of it.

A run has one directory (build/run/<pid>), one cgroup (cratekeeper-<pid>) and one prefix for network
namespaces (ck-<pid>-). Everything with one of these names belongs to the run, so the cleanup needs no
bookkeeping, and each run finds and removes the leftovers of killed runs.
It never touches a process, mount, loop device or namespace without such a name.
"""

import atexit
import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time

from .stopwatch import Stopwatch

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BUILD = REPOSITORY / "build"
RUNS = BUILD / "run"

# Kernel parameters without a namespace that shipped units may set. The first run that boots a node saves them, the last
# run restores them.
SHARED_PARAMETERS = ("vm/max_map_count", "vm/swappiness", "fs/file-max", "fs/aio-max-nr", "kernel/pid_max")
_SAVED_PARAMETERS = RUNS / "kernel-parameters.json"

_INTERRUPTING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM)
_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_CLONE_NEWNET = 0x40000000  # linux/sched.h


@contextlib.contextmanager
def _uninterrupted():
    """Delays interrupts until the end of the block: a process that has just been started must not get lost."""
    held, before = [], []
    if threading.current_thread() is threading.main_thread():
        before = [(number, handler) for number, handler in ((each, signal.getsignal(each)) for each in _INTERRUPTING)
                  if callable(handler)]
    for number, _ in before:
        signal.signal(number, lambda number, _: held.append(number))
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    for number in held:
        signal.raise_signal(number)


def finish(argv, timeout, input=None, **options):
    """Like subprocess.run with output captured as text, but timed by a Stopwatch, because Ctrl-Z may stop us meanwhile."""
    watch, process = Stopwatch(), None
    stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
    try:
        with _uninterrupted():
            process = subprocess.Popen(argv, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                       **options)
        while True:
            try:
                output, errors = process.communicate(input, max(0.1, timeout - watch.seconds()))
                return subprocess.CompletedProcess(argv, process.returncode, output, errors)
            except subprocess.TimeoutExpired:
                if watch.seconds() >= timeout:
                    raise subprocess.TimeoutExpired(argv, timeout) from None
                input = None  # already sent
    except BaseException:
        if process is not None:
            process.kill()
            process.communicate()
        raise


def command(*argv, timeout=60, check=True, **options):
    """Runs a command on the machine itself; an error contains the command's own errors."""
    done = finish([str(word) for word in argv], timeout, **options)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, argv))}: exit {done.returncode}: {done.stderr.strip()}")
    return done


def enter_network(path):
    """Moves the calling thread into the network namespace at `path`."""
    with open(path, "rb") as namespace:
        if _libc.setns(namespace.fileno(), _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns to {path}: {os.strerror(ctypes.get_errno())}")


def _cgroup_roots():
    """The cgroup v2 hierarchy, followed by systemd's v1 hierarchy on machines that have both."""
    unified = pathlib.Path("/sys/fs/cgroup/unified")
    if (unified / "cgroup.procs").exists():
        return [path for path in (unified, pathlib.Path("/sys/fs/cgroup/systemd")) if path.exists()]
    root = pathlib.Path("/sys/fs/cgroup")
    if not (root / "cgroup.controllers").exists():
        raise RuntimeError("expected a mounted cgroup v2 hierarchy in /sys/fs/cgroup; the tests need one")
    return [root]


def _start_time(pid):
    """The kernel's start time of a process, which with the pid identifies it uniquely; None if it has ended."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return None


def _mounts_under(directory):
    text = pathlib.Path("/proc/self/mountinfo").read_text()
    points = [re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), line.split()[4]) for line in text.splitlines()]
    return [point for point in reversed(points) if point == str(directory) or point.startswith(f"{directory}/")]


def loops_under(directory):
    """Loop devices whose backing file lies in `directory`."""
    found = []
    for entry in pathlib.Path("/sys/block").glob("loop*/loop/backing_file"):
        with contextlib.suppress(OSError):
            if entry.read_text().strip().startswith(f"{directory}/"):
                found.append(f"/dev/{entry.parent.parent.name}")
    return found


def detach_loop(device):
    """Detaches a loop device and waits until it is really free: the kernel detaches lazily."""
    command("losetup", "--detach", device, check=False)
    backing = pathlib.Path(f"/sys/block/{device.removeprefix('/dev/')}/loop/backing_file")
    deadline = time.monotonic() + 5
    while backing.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def kill_cgroup(path):
    """Kills every process below a cgroup and removes the group."""
    if not path.exists():
        return
    with contextlib.suppress(OSError):
        (path / "cgroup.kill").write_text("1")
    deadline = time.monotonic() + 10
    while "populated 1" in (path / "cgroup.events").read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    remove_cgroup(path)


def remove_cgroup(path):
    """Removes an empty cgroup with all its children."""
    for directory, _, _ in os.walk(path, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(directory)


def forget_machines(pattern):
    """Removes systemd-nspawn's leftovers of killed machines: propagate/NAME, since 257 unix-export/NAME."""
    for left in pathlib.Path("/run/systemd/nspawn").glob(f"*/{pattern}"):
        if os.path.ismount(left):
            command("umount", "--lazy", left, check=False)
        shutil.rmtree(left, ignore_errors=True)


def _dispose(pid, directory):
    """Removes everything that belongs to run `pid`."""
    roots = _cgroup_roots()
    kill_cgroup(roots[0] / f"cratekeeper-{pid}")
    for root in roots[1:]:
        remove_cgroup(root / f"cratekeeper-{pid}")
    for point in _mounts_under(directory):
        command("umount", point, check=False)
    for point in _mounts_under(directory):
        command("umount", "--lazy", point, check=False)
    for device in loops_under(directory):
        detach_loop(device)
    for namespace in pathlib.Path("/run/netns").glob(f"ck-{pid}-*"):
        command("ip", "netns", "delete", namespace.name, check=False)
    forget_machines(f"ck-{pid}-*")
    if not _mounts_under(directory):
        shutil.rmtree(directory, ignore_errors=True)
    _restore_parameters()


@contextlib.contextmanager
def _parameters_locked():
    with open(RUNS / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _restore_parameters():
    """Restores the kernel parameters, unless another run still uses them."""
    with _parameters_locked():
        if not _SAVED_PARAMETERS.exists() or any(entry.name.isdigit() for entry in RUNS.iterdir()):
            return
        for name, value in json.loads(_SAVED_PARAMETERS.read_text()).items():
            with contextlib.suppress(OSError):
                pathlib.Path("/proc/sys", name).write_text(value)
        _SAVED_PARAMETERS.unlink()


def sweep():
    """Removes the leftovers of runs that were killed before they could clean up."""
    for directory in RUNS.glob("*"):
        if not directory.name.isdigit():
            continue
        try:
            started = (directory / "owner").read_text()
        except OSError:
            started = ""
        if started == "" or _start_time(directory.name) != started:
            _dispose(directory.name, directory)


class Workspace:
    """One test run. Use it as a context manager; SIGTERM and SIGHUP then clean up as Ctrl-C does."""

    def __init__(self):
        if os.geteuid() != 0:
            raise RuntimeError("the tests mount disks, create namespaces and boot systemd; run them as root")
        self.pid = os.getpid()
        self.prefix = f"ck-{self.pid}"
        self.directory = RUNS / str(self.pid)
        RUNS.mkdir(parents=True, exist_ok=True)
        sweep()
        # It gets its final name only with its owner file inside: another run may be sweeping right now.
        unborn = RUNS / f".{self.pid}"
        shutil.rmtree(unborn, ignore_errors=True)
        unborn.mkdir()
        (unborn / "owner").write_text(_start_time(self.pid))
        unborn.rename(self.directory)
        self._children = []
        self._closed = False
        atexit.register(self.close)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupted)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @staticmethod
    def _interrupted(number, _frame):
        raise KeyboardInterrupt(f"signal {number}")

    def close(self):
        """Removes everything; safe to call twice and in any state. Only the process that created it cleans up."""
        if self._closed or os.getpid() != self.pid:
            return
        previous = [(number, signal.signal(number, signal.SIG_IGN))
                    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
        self._closed = True
        atexit.unregister(self.close)
        try:
            _dispose(self.pid, self.directory)
            for child in self._children:
                child.poll()
        finally:
            for number, handler in previous:
                signal.signal(number, handler)

    def make_directory(self, name):
        """A new directory of the run; the name gets a number if it is taken."""
        for number in range(1000):
            path = self.directory / (f"{name}-{number}" if number else name)
            if not path.exists():
                path.mkdir(parents=True)
                return path
        raise RuntimeError(f"expected a free name for directory {name} in {self.directory}")

    def cgroup(self, name):
        """The cgroup v2 directory of one group of the run; created if it is missing."""
        for root in _cgroup_roots():
            (root / f"cratekeeper-{self.pid}" / name).mkdir(parents=True, exist_ok=True)
        return _cgroup_roots()[0] / f"cratekeeper-{self.pid}" / name

    def remove_cgroup(self, name):
        """Kills the remaining processes of a group and removes it from every hierarchy."""
        roots = _cgroup_roots()
        kill_cgroup(roots[0] / f"cratekeeper-{self.pid}" / name)
        for root in roots[1:]:
            remove_cgroup(root / f"cratekeeper-{self.pid}" / name)

    def spawn(self, argv, cgroup, network=None, **options):
        """Starts a process in a cgroup of the run and, if given, in a network namespace. It dies with the run."""
        self.cgroup(cgroup)
        groups = [root / f"cratekeeper-{self.pid}" / cgroup / "cgroup.procs" for root in _cgroup_roots()]

        def prepare():
            for group in groups:
                group.write_text("0")
            if network is not None:
                enter_network(network)
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

        options.setdefault("stdin", subprocess.DEVNULL)
        with _uninterrupted():
            child = subprocess.Popen([str(word) for word in argv], preexec_fn=prepare, start_new_session=True,
                                     **options)
            self._children.append(child)
        return child

    def preserve_parameters(self):
        """Saves the machine's kernel parameters before a node can change them."""
        with _parameters_locked():
            if not _SAVED_PARAMETERS.exists():
                paths = [pathlib.Path("/proc/sys", name) for name in SHARED_PARAMETERS]
                values = {name: path.read_text() for name, path in zip(SHARED_PARAMETERS, paths) if path.exists()}
                _SAVED_PARAMETERS.write_text(json.dumps(values))

    def loop_device(self, size, name="disk", sector_size=512):
        """A sparse file of `size` bytes on a loop device: (device, backing file)."""
        backing = self._free_file(name)
        with open(backing, "wb") as file:
            file.truncate(size)
        device = command("losetup", "--find", "--show", "--sector-size", sector_size, backing).stdout.strip()
        return device, backing

    def _free_file(self, name):
        for number in range(1000):
            path = self.directory / f"{name}-{number}.img"
            if not path.exists():
                return path
        raise RuntimeError(f"expected a free name for {name} in {self.directory}")

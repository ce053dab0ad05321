"""A root shell in a node, on a terminal of that node: job control works inside, and the demo keeps its own terminal.

Without a terminal it is a plain shell that takes its lines from the demo's input. It never leaves the terminal's modes
changed, however the shell ends: by `exit`, with the node, or with the demo.
"""

import contextlib
import errno
import fcntl
import os
import select
import signal
import struct
import subprocess
import termios

from harness.wait import Timeout, wait_until
from progress import write

_TIOCSPTLCK = 0x40045431  # linux/ioctls.h; Python names neither
_TIOCGPTPEER = 0x5441
_BLOCK = 65536
_LOOK = 0.5  # seconds
# A program that dies with its node cannot undo these: the second screen, hidden cursor, bracketed paste, colours.
_SCREEN_AS_BEFORE = "\x1b[?1049l\x1b[?25h\x1b[?2004l\x1b[0m"


def open_shell(node, terminal):
    """Returns when the shell has ended."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
                   "TERM": os.environ.get("TERM", "dumb")}
    if not terminal.is_there:
        # In a session of its own it has no terminal to take, even when the output of the demo is one.
        with subprocess.Popen(node.command_line("bash"), cwd="/", env=environment, start_new_session=True) as process:
            while process.poll() is None:
                _let_go_on(process)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_LOOK)
        return
    ours, theirs = _terminal_of(node)
    try:
        # The inner `setsid` makes the session, so that the leader has a process id where the shell lives.
        process = subprocess.Popen(node.command_line("setsid", "--ctty", "bash", "--login"), stdin=theirs,
                                   stdout=theirs, stderr=theirs, cwd="/", env=environment, start_new_session=True)
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    try:
        with terminal.raw(lambda size: fcntl.ioctl(ours, termios.TIOCSWINSZ, size)):
            _pass_on(process, ours)
    finally:
        os.close(ours)  # the shell is told that its terminal is gone
        _end(process)
    if process.returncode == -signal.SIGKILL:
        # Its node went off, most likely, whose own end is seen a moment later.
        write(_SCREEN_AS_BEFORE)
        with contextlib.suppress(Timeout):
            wait_until(lambda: not node.running, 2, "the node to be off")


def _terminal_of(node):
    """A new terminal that the node knows: (our end, the end of its programs)."""
    ours = os.open(node.path("/dev/pts/ptmx"), os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        fcntl.ioctl(ours, _TIOCSPTLCK, struct.pack("i", 0))
        theirs = fcntl.ioctl(ours, _TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY)
    except BaseException:
        os.close(ours)
        raise
    return ours, theirs


def _pass_on(process, ours):
    """Keys go in and output comes out until the shell has ended or the demo's terminal is closed."""
    ended = os.pidfd_open(process.pid)
    os.set_blocking(ours, False)
    keys = b""
    try:
        while True:
            # What was pasted waits here while the shell is busy with its output, which must not wait for it.
            readable, writable, _ = select.select([ours, ended, *([] if keys else [0])], [ours] if keys else [], [], _LOOK)
            _let_go_on(process)
            if ours in readable:
                if not _show(ours):
                    return
            elif ended in readable:
                return
            if writable:
                keys = keys[os.write(ours, keys):]
            if 0 in readable:
                keys = os.read(0, _BLOCK)
                if not keys:
                    return
    finally:
        os.close(ended)


def _let_go_on(process):
    """A node that shuts down stops all its processes once; nsenter stops with its shell, and nobody continues it."""
    with contextlib.suppress(ChildProcessError):
        if os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG):
            process.send_signal(signal.SIGCONT)


def _show(ours):
    """Whether there is more to come."""
    try:
        output = os.read(ours, _BLOCK)
    except OSError as error:
        if error.errno != errno.EIO:  # what Linux says when no program has the terminal open
            raise
        return False
    while output:
        output = output[os.write(1, output):]
    return True


def _end(process):
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
        return
    process.kill()
    process.wait()

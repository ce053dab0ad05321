"""A root shell in a node, on a terminal of that node: job control works inside, and the demo keeps its own terminal.

Without a terminal it is a plain shell that reads its lines from the demo's input. It always restores the terminal's
modes, however the shell ends: by `exit`, with the node, or with the demo.
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

_TIOCSPTLCK = 0x40045431  # linux/ioctls.h; Python defines neither
_TIOCGPTPEER = 0x5441
_BLOCK = 65536
_LOOK = 0.5  # seconds
# A program that dies with its node cannot reset these: alternate screen, hidden cursor, bracketed paste, colours.
_SCREEN_AS_BEFORE = "\x1b[?1049l\x1b[?25h\x1b[?2004l\x1b[0m"


def open_shell(node, terminal):
    """Returns when the shell has ended."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
                   "TERM": os.environ.get("TERM", "dumb")}
    if not terminal.is_there:
        # In a new session it cannot take the terminal, even if the demo's output is one.
        with subprocess.Popen(node.command_line("bash"), cwd="/", env=environment, start_new_session=True) as process:
            while process.poll() is None:
                _let_go_on(process)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_LOOK)
        return
    ours, theirs = _terminal_of(node)
    try:
        # The inner `setsid` creates the session, so that its leader has a process id inside the node.
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
        os.close(ours)  # hangs up the shell's terminal
        _end(process)
    if process.returncode == -signal.SIGKILL:
        # Most likely its node went down, which becomes visible a moment later.
        write(_SCREEN_AS_BEFORE)
        with contextlib.suppress(Timeout):
            wait_until(lambda: not node.running, 2, "the node to be off")


def _terminal_of(node):
    """A new terminal inside the node: (our end, its programs' end)."""
    ours = os.open(node.path("/dev/pts/ptmx"), os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        fcntl.ioctl(ours, _TIOCSPTLCK, struct.pack("i", 0))
        theirs = fcntl.ioctl(ours, _TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY)
    except BaseException:
        os.close(ours)
        raise
    return ours, theirs


def _pass_on(process, ours):
    """Forwards keys and output until the shell has ended or the demo's terminal is closed."""
    ended = os.pidfd_open(process.pid)
    os.set_blocking(ours, False)
    keys = b""
    try:
        while True:
            # Pasted keys wait here while the shell is busy writing; its output must not wait for them.
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
    """Continues nsenter: a node that shuts down stops all its processes once, and nsenter stops with its shell."""
    with contextlib.suppress(ChildProcessError):
        if os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG):
            process.send_signal(signal.SIGCONT)


def _show(ours):
    """Shows output; returns whether more can follow."""
    try:
        output = os.read(ours, _BLOCK)
    except OSError as error:
        if error.errno != errno.EIO:  # no program has the terminal open any more
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

"""A root shell on a serial port, which is a socket here: sends a line and returns its output."""

import contextlib
import socket
import time

from .wait import Timeout


class SerialShell:
    """One connection; it lasts until the machine reboots."""

    def __init__(self, path, name):
        self._name = name
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._socket.settimeout(1)
        # A plain sh: bash would add escape sequences to its output.
        self._socket.sendall(b"stty -echo; exec sh\n")
        self._ask("PS1= PS2=", 120)

    def run(self, text, timeout=60):
        """Runs a line, which must succeed; returns its output."""
        status, said = self._ask(text, timeout)
        if status != 0:
            raise AssertionError(f"expected '{text}' to succeed on {self._name}, exit {status}:\n{said}")
        return said

    def type(self, text):
        """Types a line without waiting for its end."""
        self._socket.sendall(f"{text}\n".encode())

    def _ask(self, text, timeout):
        mark = f"end-{time.monotonic_ns()}"
        # Split in the typed line, so that its echo does not count.
        self.type(f"{{ {text}\n}} < /dev/null 2>&1; echo {mark[:6]}''{mark[6:]} $?")
        deadline, said = time.monotonic() + timeout, b""
        while f"{mark} ".encode() not in said or not said.endswith(b"\n"):
            if time.monotonic() > deadline:
                raise Timeout(f"expected '{text}' to end on {self._name} within {timeout} s; its output: {said}")
            with contextlib.suppress(TimeoutError):
                said += self._socket.recv(65536)
        before, _, after = said.decode(errors="replace").replace("\r", "").rpartition(f"{mark} ")
        return int(after.split()[0]), before.strip()

    def close(self):
        self._socket.close()

"""QEMU 10 from the tools tree: one process, its disks, its control socket. It does not depend on what boots in it.

It uses KVM if the processor supports it, otherwise TCG, which translates every guest instruction.
"""

import contextlib
import json
import os
import pathlib
import signal
import socket
import time

from .wait import wait_until
from .workspace import BUILD

TREE = BUILD / "tools-tree-vm"
LIBRARIES = TREE / "usr/lib/x86_64-linux-gnu"
FIRMWARE = TREE / "usr/share/OVMF/OVMF_CODE_4M.fd"
VARIABLES = TREE / "usr/share/OVMF/OVMF_VARS_4M.fd"


def _accelerator():
    # /dev/kvm alone is not enough: on some hypervisors it runs only guests made for it.
    flags = pathlib.Path("/proc/cpuinfo").read_text().split()
    if pathlib.Path("/dev/kvm").exists() and ("vmx" in flags or "svm" in flags):
        return ["-accel", "kvm", "-cpu", "host"]
    return ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max"]


class Qemu:
    """One run of a virtual machine, from power on to power off. `arguments` are for QEMU, beyond the machine's own."""

    def __init__(self, workspace, name, directory, arguments):
        self.name = name
        control = directory / "qmp"
        control.unlink(missing_ok=True)
        # The tree's own loader and libraries: one process on this machine, no container around it.
        argv = [TREE / "lib64/ld-linux-x86-64.so.2",
                "--library-path", f"{LIBRARIES}:{LIBRARIES / 'pulseaudio'}", TREE / "usr/bin/qemu-system-x86_64",
                "-L", TREE / "usr/share/qemu", "-L", TREE / "usr/share/seabios",
                "-name", name, "-nodefaults", "-no-user-config", "-display", "none", "-vga", "std",
                "-machine", "q35", *_accelerator(), "-smp", "2",
                "-qmp", f"unix:{control},server=on,wait=off", *arguments]
        self.log = directory / "qemu.log"
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = workspace.spawn(argv, f"qemu-{name}", stdout=log, stderr=log,
                                           env={"QEMU_MODULE_DIR": str(LIBRARIES / "qemu"), "PATH": "/usr/bin:/bin"})
        self._events = []
        self._unread = b""
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            wait_until(lambda: self._connected(control), 30, lambda: f"QEMU to start; its log:\n{self.says()}")
            self._socket.settimeout(20)
            self._read()
            self.do("qmp_capabilities")
        except BaseException:
            self.kill()
            raise

    def _connected(self, path):
        if not self.running():
            raise RuntimeError(f"expected QEMU to run; its log:\n{self.says()}")
        with contextlib.suppress(OSError):
            self._socket.connect(str(path))
            return True
        return False

    def says(self):
        """The errors of QEMU itself."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def running(self):
        return self.process.poll() is None

    def _read(self):
        """The next message of QEMU."""
        while b"\n" not in self._unread:
            more = self._socket.recv(65536)
            if not more:
                raise ConnectionError(f"{self.name}: QEMU has ended; its log:\n{self.says()}")
            self._unread += more
        line, self._unread = self._unread.split(b"\n", 1)
        return json.loads(line)

    def do(self, command, **arguments):
        """Runs a command of QEMU's control protocol and returns its answer."""
        self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        while True:
            message = self._read()
            if "event" in message:
                self._events.append(message["event"])
            elif "error" in message:
                raise RuntimeError(f"{self.name}: QEMU refuses {command}: {message['error']['desc']}")
            else:
                return message["return"]

    def events(self):
        """The names of the machine's QEMU events since the last call."""
        self.do("query-status")
        seen, self._events = self._events, []
        return seen

    def power_button(self, timeout):
        """Presses the power button and waits until the machine is off."""
        self.do("system_powerdown")
        deadline = time.monotonic() + timeout
        while self.running():
            if time.monotonic() > deadline:
                raise AssertionError(f"expected {self.name} to be off within {timeout} s")
            time.sleep(0.2)

    def processor_seconds(self):
        """The processor time of QEMU, which hardly depends on the load of this machine."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self):
        """SIGKILL, as a power cut: everything in memory is lost."""
        if self.running():
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(20)
        self._socket.close()

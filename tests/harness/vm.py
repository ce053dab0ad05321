"""The disk image as a machine: flashed onto a disk with the config of its site, switched on, observed from outside.

The tests add to the shipped image: the stand-in's container image on the EFI system partition, a unit that loads it
into Docker (`_additions`), and a serial console and a root shell on the kernel command line, through the firmware.
"""

import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

from .flash import arguments as flash_arguments
from .qemu import FIRMWARE, VARIABLES, Qemu
from .serial_shell import SerialShell
from .vm_rows import VmRows
from .wait import Timeout, wait_until
from .workspace import BUILD, command, detach_loop

GIB = 1 << 30
IMAGE = pathlib.Path(os.environ.get("VM_IMAGE", BUILD / "image/cratekeeper-nuc.raw"))
STANDIN = BUILD / "standin/image.tar"
STANDIN_NAME = "cratekeeper/crate-standin:6.4.5"
BOOT = 600  # seconds; a generous bound for a translated machine on a busy one

# systemd's boot stub takes this from the firmware and adds it to the kernel command line.
_COMMAND_LINE = "console=ttyS0 systemd.debug_shell=ttyS1"
_LOADER = f"""[Unit]
Description=Load the CrateDB stand-in into Docker
Requires=docker.service
After=docker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'docker image inspect {STANDIN_NAME} > /dev/null 2>&1 || \\
    docker load --quiet --input /boot/standin.tar'
"""
_AFTER_IT = "[Unit]\nRequires=standin-image.service\nAfter=standin-image.service\n"
# Several translated machines on two cores may take seconds to answer each other: longer than etcd waits in an
# election, and than systemd waits for its start.
_PATIENT = """[Service]
Environment=ETCD_HEARTBEAT_INTERVAL=1000 ETCD_ELECTION_TIMEOUT=10000
TimeoutStartSec=infinity
"""


def progress(name, text, _start=time.monotonic()):
    """Prints a progress line."""
    print(f"[{time.monotonic() - _start:6.1f} s] {name}: {text}", file=sys.__stderr__, flush=True)


def _additions(config, alone):
    """Adds what only the tests need to an Ignition config."""
    for unit in config["systemd"]["units"]:
        if unit["name"] == "etcd.service" and not alone:
            unit["dropins"] = [{"name": "50-patient.conf", "contents": _PATIENT}]
    config["systemd"]["units"] += [
        {"name": "standin-image.service", "contents": _LOADER},
        {"name": "crate@.service", "dropins": [{"name": "50-standin.conf", "contents": _AFTER_IT}]}]
    return config


class Answer:
    """Status and body of one HTTP answer."""

    def __init__(self, response):
        self.status, self.text = response.status, response.read().decode()

    def json(self):
        return json.loads(self.text)


class Boot:
    """A boot starts with power on or a reset. `ready` is its duration in seconds, `work` its processor time; None before
    the node is ready."""

    def __init__(self, qemu):
        self._qemu, self._work = qemu, qemu.processor_seconds()
        self._start = time.monotonic()
        self.ready = self.work = None

    def seconds(self):
        return time.monotonic() - self._start

    def done(self):
        """Call it when the node is ready."""
        self.ready, self.work = self.seconds(), self._qemu.processor_seconds() - self._work


class Machine:
    """One machine of a `lan`, switched off; `foreign` is the content of a disk beside the empty one. All its disks are
    plain files. Without `watchdog` nothing resets it when this machine is too busy to run it."""

    def __init__(self, workspace, lan, name, foreign=None, watchdog=True):
        if not IMAGE.exists():
            raise RuntimeError(f"expected a disk image in {IMAGE}; build it with `make image`")
        self._workspace, self._lan, self.name = workspace, lan, name
        self.address, self.mac = lan.address(name), lan.mac(name)
        self.directory = workspace.make_directory(f"vm-{name}")
        self.system, self.data = self.directory / "system.raw", self.directory / "data.raw"
        self.base, self.log = self.directory / "base.raw", self.directory / "writes.log"
        self.foreign_before, self.foreign = foreign, foreign and self.directory / "foreign.raw"
        self.key = self.directory / "key"
        self.boots, self.rows = [], VmRows(self)
        self._watchdog = ["-device", "i6300esb", "-action", "watchdog=reset"] if watchdog else []
        self._qemu = self._shell = None
        command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", self.key)
        self._flash()
        _sparse(self.data, 4 * GIB)
        if foreign:
            shutil.copyfile(foreign, self.foreign)

    def _flash(self):
        """The system disk as `tools/flash` leaves it, with this node's config."""
        described = self.directory / "site"
        described.write_text(f"[Cluster]\nName=vm\nInitialNodes={self._lan.count}\n[Image]\nCrate={STANDIN_NAME}\n"
                             f"[Access]\nSSHKey={self.key.with_suffix('.pub').read_text()}{self._lan.sections()}")
        written = command(BUILD / "cratectl", "site", described, "--node", self.name).stdout
        config = self.directory / "config.ign"
        config.write_text(json.dumps(_additions(json.loads(written), self._lan.count == 1)))
        _sparse(self.system, 8 * GIB)
        device = command("losetup", "--find", "--show", self.system).stdout.strip()
        try:
            command(*flash_arguments(IMAGE, device, config=config), timeout=600)
        finally:
            detach_loop(device)
        table = json.loads(command("sfdisk", "--json", self.system).stdout)["partitiontable"]
        esp = next(part for part in table["partitions"] if part["type"].startswith("C12A7328"))
        command("mcopy", "-i", f"{self.system}@@{esp['start'] * table['sectorsize']}", STANDIN, "::/standin.tar")
        shutil.copyfile(VARIABLES, self.directory / "variables.fd")

    def _disks(self):
        foreign = ["-blockdev", f"driver=raw,node-name=foreign,file.driver=file,file.filename={self.foreign}",
                   "-device", "nvme,drive=foreign,serial=FOREIGN1"] if self.foreign else []
        # cache.no-flush: this machine does not lose power. The log records which writes of the data disk were flushed.
        return ["-blockdev", f"driver=raw,node-name=system,cache.no-flush=on,file.driver=file"
                f",file.filename={self.system}",
                "-device", "nvme,drive=system,serial=SYSTEM1", *foreign,
                "-blockdev", f"driver=blklogwrites,node-name=data,cache.no-flush=off"
                f",file.driver=raw,file.cache.no-flush=on,file.file.driver=file,file.file.filename={self.data}"
                f",log.driver=raw,log.cache.no-flush=on,log.file.driver=file,log.file.filename={self.log}",
                "-device", "nvme,drive=data,serial=DATA1"]

    def switch_on(self):
        """Powers on; returns at once. `base` is a copy of the current data disk, `log` records all writes to it."""
        command("cp", "--sparse=always", self.data, self.base, timeout=300)
        self.log.write_bytes(b"")
        self.rows.settled()
        shell = self.directory / "shell"
        shell.unlink(missing_ok=True)
        self._qemu = Qemu(self._workspace, self.name, self.directory, [
            "-m", "2048", *self._watchdog, "-device", "virtio-rng-pci",
            "-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}",
            "-drive", f"if=pflash,format=raw,file={self.directory / 'variables.fd'}",
            "-smbios", f"type=11,value=io.systemd.stub.kernel-cmdline-extra={_COMMAND_LINE}",
            "-serial", f"file:{self.directory / 'console'}",
            "-chardev", f"socket,id=shell,path={shell},server=on,wait=off", "-serial", "chardev:shell",
            *self._disks(), *self._lan.arguments(self.name)])
        self.boots.append(Boot(self._qemu))
        progress(self.name, "power on")
        return self

    def boot(self):
        """Powers on and waits until the node is ready."""
        return self.switch_on().until_ready()

    def until_ready(self, timeout=BOOT):
        """Waits until the agent answers and is ready, counting from the last power on."""
        boot = self.boots[-1]
        if boot.ready:
            self.wait_for(self.is_ready, timeout, "to be ready")
            return self
        self.wait_for(lambda: self.status() is not None, timeout, "an answer of the agent")
        progress(self.name, f"the agent answers after {boot.seconds():.0f} s")
        self.wait_for(self.is_ready, timeout, "to be ready")
        boot.done()
        progress(self.name, f"ready after {boot.ready:.0f} s, {boot.work:.0f} s of processor time")
        return self

    def until_reset(self, timeout):
        """Waits until the machine resets by itself; returns QEMU's events."""
        seen = []
        self.wait_for(lambda: seen.extend(self.events()) or "RESET" in seen, timeout, "a reset")
        progress(self.name, "reset")
        self._forget_shell()
        self.boots.append(Boot(self._qemu))
        return seen

    def wait_for(self, predicate, timeout, what):
        """Waits; a timeout reports what is visible from outside."""
        def state():
            if not self._qemu.running():
                return f"{what} of {self.name}; its QEMU has ended: {self._qemu.says()}"
            health = self.page("/health")
            return (f"{what} of {self.name}; its /health: {health.text if health else 'no answer'}\n"
                    f"its console:\n{self.console()}")
        wait_until(lambda: not self._qemu.running() or predicate(), timeout, state, interval=0.5)
        if not self._qemu.running():
            raise Timeout(f"expected {state()}")

    def console(self, last=3000):
        """The output of the kernel and systemd on the serial port since power on."""
        path = self.directory / "console"
        return path.read_text(encoding="utf-8", errors="replace")[-last:] if path.exists() else ""

    def port(self, what):
        """The loopback port of the machine's "health", "ssh" or "sql"."""
        return self._lan.port(self.name, what)

    def page(self, path, timeout=10):
        """An HTTP answer from the LAN side; None if there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port("health"), timeout=timeout)
        try:
            connection.request("GET", path)
            return Answer(connection.getresponse())
        except (OSError, http.client.HTTPException):
            return None  # QEMU accepts every connection and closes it if the machine does not
        finally:
            connection.close()

    def status(self):
        answer = self.page("/ready")
        return answer and answer.status

    def is_ready(self):
        return self.status() == 200

    def node(self):
        """The node's own description."""
        return self.page("/v1/node").json()

    def agent(self):
        """The agent's process id, as text."""
        return self.shell("systemctl show --property=MainPID --value cratekeeper.service")

    def container(self):
        """The database's process id, as text."""
        return self.shell("docker inspect --format '{{.State.Pid}}' $(docker ps --quiet)")

    def shell(self, text, timeout=60):
        """Runs a line as root, which must succeed; returns its output."""
        return self._root().run(text, timeout)

    def tell(self, text):
        """Types a line as root without waiting for its end."""
        self._root().type(text)

    def _root(self):
        if self._shell is None:
            self._shell = SerialShell(self.directory / "shell", self.name)
        return self._shell

    def ssh(self, *options, timeout=90):
        """ssh as core, without the key unless it is among the options."""
        return command("ssh", "-p", self.port("ssh"), "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
                       "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=60",
                       "-o", "BatchMode=yes", "-F", "none", *options, check=False, timeout=timeout)

    def events(self):
        """QEMU's events of the machine since the last call."""
        return self._qemu.events()

    def cable(self, plugged):
        """Plugs in or pulls the cable of a machine on its own LAN."""
        self._qemu.do("set_link", name="lan", up=plugged)

    def running(self):
        return self._qemu is not None and self._qemu.running()

    def shut_down(self, timeout=180):
        """Presses the power button and waits."""
        progress(self.name, "power button")
        self._qemu.power_button(timeout)
        self._forget()
        progress(self.name, "off")

    def power_cut(self):
        """Cuts the power. The machine's memory is lost; data written to its disks stays."""
        if self._qemu is not None:
            self._qemu.kill()
        self._forget()

    def _forget_shell(self):
        if self._shell is not None:
            self._shell.close()
        self._shell = None

    def _forget(self):
        self._forget_shell()
        self._qemu = None

    close = power_cut


def _sparse(path, size):
    with open(path, "wb") as file:
        file.truncate(size)

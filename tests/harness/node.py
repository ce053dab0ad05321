"""One machine for live tests: real systemd as PID 1 in systemd-nspawn, with udev, polkit and Docker.

The node boots an overlay of the image's tree, so the tree stays unchanged; its disk (overlay and Docker's data) is a
sparse ext4 image that is removed with the node. /data is a Btrfs volume on a loop device. It has its own network
namespace, plugged into the bridge of a harness network. It needs neither machined nor systemd on the machine itself,
and never touches the tree, the machine's network or another node.
"""

import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tarfile
import uuid

from .btrfs import Volume
from .wait import wait_until
from .workspace import BUILD, command, detach_loop, finish, forget_machines, kill_cgroup

TREE = BUILD / os.environ.get("NODE_TREE", "image.tree")  # the shipped tree; "tree" is a plain Debian 13
GIB = 1 << 30
_POWER_OFF = signal.SIGRTMIN + 4  # systemd(1): the signal that powers off


class NodeError(RuntimeError):
    """A command inside a node failed; the message contains its output."""


def _is_saved_image(tarball):
    with tarfile.open(tarball) as archive:
        return any(member.lstrip("./") == "manifest.json" for member in archive.getnames())


class Node:
    """A node: make it, put files in, `boot()`, use it, `close()`. Or use it as a context manager."""

    def __init__(self, workspace, network, name="n1", data=None, disk_size=8 * GIB):
        """`data` is a btrfs.Volume for /data; without one the node makes (and owns) one of 2 GiB."""
        if not TREE.with_name(f"{TREE.name}.stamp").exists():
            raise RuntimeError(f"expected the root tree in {TREE}; run `make image-tree`")
        self.name = name
        self.machine = f"{workspace.prefix}-{name}"
        self.machine_id = uuid.uuid4().hex
        self.leader = None
        self._workspace, self._network = workspace, network
        self._process = None
        self.directory = workspace.make_directory(f"node-{name}")
        self.console = self.directory / "console.log"
        self.link = network.attach(name)
        self.link.unplug()
        self.address = self.link.address
        self.data = data
        self._owns_data = data is None
        self._device = None
        try:
            if self._owns_data:
                self.data = Volume(workspace, size=2 * GIB)
            self._make_root(disk_size)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _make_root(self, disk_size):
        disk = self.directory / "disk"
        self._root = self.directory / "root"
        self._device, self._backing = self._workspace.loop_device(disk_size, f"node-{self.name}")
        command("mkfs.ext4", "-q", "-E", "lazy_itable_init=1,lazy_journal_init=1", self._device)
        disk.mkdir()
        self._root.mkdir()
        command("mount", self._device, disk)
        for name in ("upper", "work", "docker", "containerd"):
            (disk / name).mkdir()
        # The new system calls, which mount of Debian 13 prefers, take 256 bytes of an option; the old one takes a page.
        command("env", "LIBMOUNT_FORCE_MOUNT2=always", "mount", "-t", "overlay", "overlay", "-o",
                f"lowerdir={TREE},upperdir={disk}/upper,workdir={disk}/work", self._root)
        self.write("/etc/hostname", self.name + "\n")
        self.write("/etc/hosts", f"127.0.0.1 localhost\n{self.address} {self.name}\n{self._network.ADDRESS} hub\n")
        (self._root / "data").mkdir()

    # ---- power ------------------------------------------------------------------------------------------

    @property
    def running(self):
        """Whether the node is switched on."""
        return self._process is not None and self._process.poll() is None

    def boot(self, timeout=90):
        """Boots the node and returns when its PID 1 has reached the default target. Returns the node."""
        if self.running:
            raise RuntimeError(f"{self.name} is already running")
        self._workspace.preserve_parameters()
        forget_machines(self.machine)  # Debian 13's nspawn refuses a machine with leftovers
        disk = self.directory / "disk"
        self.link.plug()
        self._workspace.cgroup(self.machine)
        argv = [
            "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot", f"--directory={self._root}",
            f"--machine={self.machine}", f"--hostname={self.name}", f"--uuid={self.machine_id}",
            # No --private-network: nspawn is started inside the node's namespace instead, so that the sysfs it
            # mounts shows the node's interfaces and udev works on them.
            "--capability=all", "--system-call-filter=bpf add_key keyctl",
            f"--bind={self.data.path}:/data", f"--bind={disk}/docker:/var/lib/docker",
            f"--bind={disk}/containerd:/var/lib/containerd",
            "--link-journal=no", "--resolv-conf=off", "--timezone=off", "--console=pipe", "--notify-ready=yes",
            "systemd.log_target=journal", "systemd.show_status=yes",
        ]
        environment = {
            "PATH": os.environ["PATH"],
            "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
            # udev and /sys/fs/btrfs need a whole sysfs, Docker a writable /proc/sys/net.
            "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "1",
        }
        with self._ready_socket(environment) as ready, open(self.console, "ab") as console:
            self._process = self._workspace.spawn(
                argv, self.machine, network=self.link.namespace.path, stdout=console, stderr=subprocess.STDOUT,
                env=environment)
            self._wait_ready(ready, timeout)
        self._add_block_devices()
        return self

    @contextlib.contextmanager
    def _ready_socket(self, environment):
        # nspawn is in another network namespace, so an abstract socket would be unreachable. The kernel limits socket
        # paths to 107 characters, so the path uses the directory's descriptor, however deep the repository is.
        (self.directory / "notify").unlink(missing_ok=True)
        directory = os.open(self.directory, os.O_PATH | os.O_DIRECTORY)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
                environment["NOTIFY_SOCKET"] = f"/proc/{os.getpid()}/fd/{directory}/notify"
                ready.bind(environment["NOTIFY_SOCKET"])
                ready.settimeout(0.2)
                yield ready
        finally:
            os.close(directory)

    def _wait_ready(self, ready, timeout):
        def look():
            if not self.running:
                raise NodeError(f"{self.name} did not boot (exit {self._process.returncode}):\n{self._last_words()}")
            with contextlib.suppress(TimeoutError):
                for line in ready.recv(4096).decode().splitlines():
                    if line.startswith("X_NSPAWN_LEADER_PID="):
                        self.leader = int(line.partition("=")[2])
                    elif line == "READY=1":
                        return True
            return False

        wait_until(look, timeout, lambda: f"{self.name} to boot:\n{self._last_words()}", interval=0)

    def _last_words(self):
        journal = command("journalctl", "--no-pager", "--lines=30", "--directory", self.directory / "disk/upper/var/log/journal",
                          check=False).stdout
        return journal + "\n".join(self.console.read_text(errors="replace").splitlines()[-30:])

    def _add_block_devices(self):
        # Block device nodes of the volume, as on a real machine, for tools that open them.
        for device in self.data.devices:
            number = os.stat(device).st_rdev
            path = self.path(device)
            if not path.exists():
                os.mknod(path, 0o600 | 0o060000, number)

    def press_power_button(self):
        """Starts the node's shutdown; call `power_cut` once it is off."""
        self.thaw()
        os.kill(self.leader, _POWER_OFF)

    def power_off(self, timeout=60):
        """Shuts the node down cleanly; its disk stays, `boot()` starts it again."""
        if not self.running:
            return
        self.press_power_button()
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.power_cut()
            raise NodeError(f"{self.name} did not power off within {timeout} s:\n{self._last_words()}") from None
        self._gone()

    def power_cut(self):
        """Ends everything in the node at once; its disk stays, `boot()` starts it again."""
        if self._process is None:
            return
        # First the carrier, because the kernel would close the connections of the dead processes.
        self.link.unplug()
        kill_cgroup(self._workspace.cgroup(self.machine))
        self._process.wait(20)
        self._gone()

    def _gone(self):
        self.leader = None
        self._process = None
        self._workspace.remove_cgroup(self.machine)
        # A real power cut would remove Docker's bridges and packet filter rules too.
        self.link.renew()
        # A machine that is off does not refuse connections: it does not answer at all.
        self.link.unplug()

    def freeze(self):
        """Freezes every process of the node; the network stays up, but nothing answers."""
        (self._workspace.cgroup(self.machine) / "cgroup.freeze").write_text("1")

    def thaw(self):
        """Ends `freeze`."""
        (self._workspace.cgroup(self.machine) / "cgroup.freeze").write_text("0")

    def close(self):
        """Ends the node in any state and removes its disk, its network and its cgroup."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.power_cut()
        for point in (self.directory / "root", self.directory / "disk"):
            if os.path.ismount(point):
                command("umount", point, check=False)
        if self._device:
            detach_loop(self._device)
            pathlib.Path(self._backing).unlink(missing_ok=True)
            self._device = None
        if self._owns_data and self.data:
            self.data.destroy()
            self.data = None
        with contextlib.suppress(KeyError):
            self._network.detach(self.name)
        if not os.path.ismount(self.directory / "root"):
            shutil.rmtree(self.directory, ignore_errors=True)
        forget_machines(self.machine)

    # ---- files ------------------------------------------------------------------------------------------

    def path(self, guest):
        """The machine's path of a file in the node. Absolute symbolic links in it are not safe."""
        root = pathlib.Path(f"/proc/{self.leader}/root") if self.leader else self._root
        return root / str(guest).lstrip("/")

    def write(self, guest, content, mode=0o644):
        """Writes or replaces a file in the node and creates its directories. `content` is text or bytes."""
        path = self.path(guest)
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        temporary = path.with_name(f".{path.name}.new")
        temporary.write_bytes(data)
        temporary.chmod(mode)
        temporary.rename(path)

    def read(self, guest):
        """The text of a file in the node."""
        return self.path(guest).read_text()

    def push(self, source, guest, mode=None):
        """Copies a file of the machine into the node."""
        source = pathlib.Path(source)
        self.write(guest, source.read_bytes(), mode or (source.stat().st_mode & 0o7777))

    def install(self, directory):
        """Copies the output of `make install DESTDIR=directory` into the node.

        On a running node it then does what a boot would do: users, units, directories.
        """
        root = f"/proc/{self.leader}/root" if self.leader else self._root
        packer = subprocess.Popen(["tar", "-C", str(directory), "--owner=0", "--group=0", "-c", "."],
                                  stdout=subprocess.PIPE)
        with packer.stdout:
            subprocess.run(["tar", "-C", str(root), "--keep-directory-symlink", "-x"], stdin=packer.stdout, check=True)
        if packer.wait() != 0:
            raise RuntimeError(f"expected tar to read {directory}")
        if self.running:
            self.run("systemd-sysusers")
            self.run("systemctl", "daemon-reload")
            self.run("systemd-tmpfiles", "--create", check=False)

    def drop_in(self, unit, text, name="50-test.conf"):
        """Adds a drop-in to a unit; on a running node systemd re-reads its units."""
        self.write(f"/etc/systemd/system/{unit}.d/{name}", text)
        if self.running:
            self.run("systemctl", "daemon-reload")

    # ---- running commands inside ------------------------------------------------------------------------

    def command_line(self, *argv, user=None):
        """The command line that runs a command inside the node, for use with Popen."""
        if not self.running:
            raise NodeError(f"{self.name} is switched off")
        words = ["nsenter", f"--target={self.leader}", "--all", "--"]
        if user is not None:
            uid, gid = self._ids(user)
            words += ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--init-groups", "--inh-caps=-all",
                      "--ambient-caps=-all", "--"]
        return words + [str(word) for word in argv]

    def _ids(self, user):
        for line in self.read("/etc/passwd").splitlines():
            name, _, uid, gid, *_ = line.split(":")
            if name == user:
                return uid, gid
        raise NodeError(f"{self.name}: no user {user}")

    def run(self, *argv, user=None, check=True, timeout=60, input=None):
        """Runs a command inside, as root or as `user`, and returns the finished process with its output."""
        done = finish(
            self.command_line(*argv, user=user), timeout, input=input, cwd="/",
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"})
        if check and done.returncode != 0:
            raise NodeError(f"{self.name}: {' '.join(map(str, argv))}: exit {done.returncode}\n"
                            f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done

    def wait_for(self, predicate, timeout, what):
        """Waits for `predicate()`; on failure the message ends with the node's last journal lines."""
        return wait_until(predicate, timeout, lambda: f"{what() if callable(what) else what} on {self.name}\n"
                          + self.journal(lines=25))

    def systemctl(self, *arguments, check=True, timeout=120):
        """Runs systemctl inside and returns its output."""
        return self.run("systemctl", "--no-pager", *arguments, check=check, timeout=timeout).stdout

    def properties(self, unit, *names):
        """Properties of a unit as a dictionary of texts."""
        lines = self.systemctl("show", unit, *[f"--property={name}" for name in names]).splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def active_state(self, unit):
        """systemd's state of a unit: active, inactive, failed, activating, ..."""
        return self.properties(unit, "ActiveState")["ActiveState"]

    def journal(self, unit=None, lines=200, *arguments):
        """The last lines of the journal, of one unit or of all."""
        unit_arguments = ["--unit", unit] if unit else []
        return self.run("journalctl", "--no-pager", "--boot", "--lines", lines, *unit_arguments, *arguments,
                        check=False).stdout

    def docker(self, *arguments, check=True, timeout=120):
        """Runs the docker client inside and returns its output."""
        return self.run("docker", *arguments, check=check, timeout=timeout).stdout.strip()

    def preload_image(self, tarball, name, before=""):
        """Makes every later boot load an image into Docker before the units in `before` start."""
        kept = "/var/lib/preload.tar"
        self.push(tarball, kept)
        verb = f"load --quiet --input {kept}" if _is_saved_image(tarball) else f"import {kept} {name}"
        self.write("/etc/systemd/system/preload.service", f"""[Unit]
Requires=docker.service
After=docker.service
Before={before}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'docker image inspect {name} >/dev/null 2>&1 || docker {verb}'
""")
        wants = self.path("/etc/systemd/system/multi-user.target.wants")
        wants.mkdir(parents=True, exist_ok=True)
        link = wants / "preload.service"
        if not link.is_symlink():
            link.symlink_to("/etc/systemd/system/preload.service")

    def load_image(self, tarball, name):
        """Loads an image into the node's Docker: loads `docker save` archives, imports plain root trees."""
        self.push(tarball, "/var/lib/docker/incoming.tar")
        try:
            if _is_saved_image(tarball):
                self.docker("load", "--input", "/var/lib/docker/incoming.tar")
            else:
                self.docker("import", "/var/lib/docker/incoming.tar", name)
        finally:
            self.path("/var/lib/docker/incoming.tar").unlink()

    def container_pid(self, name):
        """The process id, inside the node, of a container's main process; None if it does not run."""
        text = self.docker("inspect", "--format", "{{.State.Pid}}", name, check=False)
        return int(text) if text.isdigit() and text != "0" else None

    # ---- network ----------------------------------------------------------------------------------------

    def connect(self, port, timeout=5.0):
        """A TCP connection to the node from the hub, like that of a load balancer."""
        return self._network.hub.connect(self.address, port, timeout)

    def http(self, path, port=4480, method="GET", timeout=5.0, body=None, headers=None):
        """One HTTP request from the hub on a new connection: (status, headers, body text)."""
        connection = http.client.HTTPConnection(self.address, port, timeout=timeout)
        connection.sock = self.connect(port, timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

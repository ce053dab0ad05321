"""tools/in-debian passes through the terminal, the directory and the exit status, and leaves no mount behind.

The tree is the host's own /usr, so the test need not make one.
"""

import os
import pathlib
import pty
import shutil
import signal
import subprocess
import time

import pytest

from harness.repository import TOOLS
from harness.workspace import REPOSITORY, command


@pytest.fixture(name="repository")
def make_repository(tmp_path):
    """A repository with in-debian and an existing tree."""
    made = tmp_path / "repository"
    (made / "tools").mkdir(parents=True)
    shutil.copy(REPOSITORY / "tools/in-debian", made / "tools")
    shutil.copytree(TOOLS, made / "tools/deps")
    tree = made / "build/debian-13"
    for name in ("usr", "etc", "dev", "proc", "sys", "run", "tmp", "root"):
        (tree / name).mkdir(parents=True)
    for name in ("bin", "lib", "lib64", "sbin"):
        (tree / name).symlink_to(f"usr/{name}")
    command("mount", "--bind", "/usr", tree / "usr")
    yield made
    command("umount", tree / "usr")


def in_debian(repository, *argv, **options):
    return subprocess.run([repository / "tools/in-debian", *argv], text=True, capture_output=True, **options)


@pytest.mark.parametrize("status", [0, 1, 42])
def test_the_exit_status_is_the_commands(repository, status):
    assert in_debian(repository, "sh", "-c", f"exit {status}").returncode == status


def test_the_directory_is_the_same(repository):
    below = repository / "tools/deps"
    assert in_debian(repository, "pwd", cwd=below).stdout == f"{below}\n"
    assert in_debian(repository, "pwd", cwd="/").stdout == f"{repository}\n"


def test_the_system_is_the_trees(repository):
    (repository / "build/debian-13/etc/os-release").write_text("ID=the-tree\n")
    assert in_debian(repository, "cat", "/etc/os-release").stdout == "ID=the-tree\n"


def test_no_mount_is_left(repository):
    before = pathlib.Path("/proc/self/mountinfo").read_text()
    assert in_debian(repository, "mount", "-t", "tmpfs", "none", "/tmp").returncode == 0
    assert pathlib.Path("/proc/self/mountinfo").read_text() == before


def test_the_terminal_has_a_name_and_ctrl_c_ends_the_command(repository):
    pid, terminal = pty.fork()
    if pid == 0:
        program = repository / "tools/in-debian"
        os.execv(program, [str(program), "sh", "-c", "tty; sleep 60"])
    said = b""
    while b"/dev/pts/" not in said:
        said += os.read(terminal, 1000)
    time.sleep(0.2)
    os.write(terminal, b"\x03")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT or os.WEXITSTATUS(status) == 130


def test_a_user_is_told_about_root(repository, tmp_path):
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    done = in_debian(repository, "make", env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.returncode == 1
    assert "needs root; run: sudo tools/in-debian make" in done.stderr


def test_without_a_program_that_makes_trees_the_choices_are_named(repository, tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "dirname", "readlink", "uname", "id", "mkdir", "flock", "rm"):
        (tools / name).symlink_to(shutil.which(name))
    done = in_debian(repository, "--release", "12", "true", env={"PATH": str(tools)})
    assert done.returncode == 1
    assert "needs mmdebstrap, debootstrap, podman or docker; none is installed." in done.stderr


@pytest.mark.parametrize("argv, wrong", [([], ""), (["--release"], ""), (["-x", "true"], "in-debian: unknown option -x\n"),
                                         (["--release", "11", "true"], "in-debian: --release 11: expected 12 or 13\n")])
def test_a_wrong_call_gets_the_usage(repository, argv, wrong):
    done = in_debian(repository, *argv)
    assert done.returncode == 2
    assert done.stderr.startswith(wrong + "usage: tools/in-debian [--release 12|13]")


def test_help_makes_no_tree(repository):
    done = in_debian(repository, "-h")
    assert done.returncode == 0 and done.stdout.startswith("usage: tools/in-debian ")


def test_su_without_its_own_path_is_enough(repository):
    # `su` keeps its caller's PATH, which on Debian has no sbin, where pivot_root is.
    done = in_debian(repository, "true", env=os.environ | {"PATH": "/usr/local/bin:/usr/bin:/bin"})
    assert (done.returncode, done.stderr) == (0, "")

"""On anything but Debian 12 or 13 on x86-64 the build prints one error line and installs nothing."""

import os
import subprocess

import pytest

from harness.repository import TOOLS

SYSTEMS = {
    "Ubuntu 24.04.1 LTS": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n',
    "Debian GNU/Linux 11 (bullseye)": 'ID=debian\nVERSION_ID="11"\nVERSION_CODENAME=bullseye\n',
    "Debian GNU/Linux forky/sid": "ID=debian\nVERSION_CODENAME=forky\n",
    "Fedora Linux 42": "ID=fedora\nVERSION_ID=42\n",
}


def stub(directory, name, text):
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(f"#!/bin/sh\n{text}\n")
    (directory / name).chmod(0o755)


@pytest.fixture(name="install")
def make_install(tmp_path):
    """Runs install-packages with an apt-get that only records its calls."""
    calls = tmp_path / "calls"

    def run(os_release, machine="x86_64"):
        (tmp_path / "os-release").write_text(os_release)
        stub(tmp_path / "bin", "apt-get", f'echo "$*" >> {calls}')
        stub(tmp_path / "bin", "dpkg-query", "true")
        stub(tmp_path / "bin", "uname", f"echo {machine}")
        done = subprocess.run(
            [TOOLS / "install-packages", "build"], text=True, capture_output=True,
            env={**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
                 "OS_RELEASE": str(tmp_path / "os-release")})
        assert not calls.exists(), calls.read_text()
        return done

    return run


@pytest.mark.parametrize("name", SYSTEMS)
def test_another_system(install, name):
    done = install(f'PRETTY_NAME="{name}"\n{SYSTEMS[name]}')
    assert done.returncode == 1
    assert done.stderr == (f"This machine runs {name} on x86_64; cratekeeper builds on Debian 12 and 13, x86-64. "
                           "To build it here in a separate Debian tree, run: sudo tools/in-debian make\n")
    assert done.stdout == ""


def test_another_processor(install):
    done = install('PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n', machine="aarch64")
    assert done.returncode == 1
    assert "on aarch64; cratekeeper builds on Debian 12 and 13, x86-64. Use a machine with an x86-64" in done.stderr


@pytest.mark.parametrize("version", ["12", "13"])
def test_both_releases_go_on(tmp_path, version):
    (tmp_path / "os-release").write_text(f'PRETTY_NAME="Debian"\nID=debian\nVERSION_ID="{version}"\n')
    subprocess.run([TOOLS / "host-release"], check=True, env={**os.environ, "OS_RELEASE": str(tmp_path / "os-release")})

"""install-packages prints what is missing, why, how much space it takes, and sudo's commands before sudo runs."""

import os
import subprocess

import pytest

from harness.repository import TOOLS

DEBIAN_13 = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n'
SIZES = "Need to get 12.5 MB/20.1 MB of archives.\nAfter this operation, {} of additional disk space will be used."


@pytest.fixture(name="install")
def make_install(tmp_path):
    """Runs install-packages with everything missing, for a user with sudo; apt-get and sudo are stubs."""
    stubs = tmp_path / "bin"
    stubs.mkdir()

    def stub(name, text):
        (stubs / name).write_text(f"#!/bin/sh\n{text}\n")
        (stubs / name).chmod(0o755)

    def run(size="90.0 MB", audit="", failure=""):
        (tmp_path / "os-release").write_text(DEBIAN_13)
        stub("dpkg-query", "true")
        stub("dpkg", f'[ "$1" != --audit ] || echo "{audit}"')
        stub("id", "echo 1000")
        stub("apt-get", f"echo '{SIZES.format(size)}'")
        stub("sudo", f'printf "%s\\n" "sudo ran: $*"\ncase "$*" in *" install "*) echo "{failure}"; [ -z "{failure}" ] ;; esac')
        done = subprocess.run(
            [TOOLS / "install-packages", "lint"], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PATH": f"{stubs}:{os.environ['PATH']}", "OS_RELEASE": str(tmp_path / "os-release")})
        return done

    return run


def test_list_reasons_and_space_come_first(install):
    done = install()
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    first_call = next(number for number, line in enumerate(lines) if line.startswith("sudo ran:"))
    before = "\n".join(lines[:first_call])
    assert "    shellcheck               every bash script" in before
    assert "Installing needs root: sudo runs" in before
    assert "They take 103 MB; /usr has " in done.stdout


def test_every_command_of_sudo_is_printed_before_it_runs(install):
    lines = install().stdout.splitlines()
    calls = [number for number, line in enumerate(lines) if line.startswith("sudo ran:")]
    assert len(calls) >= 2
    for number in calls:
        assert f"+ sudo {lines[number].removeprefix('sudo ran: ')}" == lines[number - 1]


def test_too_little_space_is_reported_before_the_installation(install):
    done = install(size="999 GB")
    assert done.returncode == 1
    assert "They take 999013 MB" in done.stdout
    assert "not enough space: free at least " in done.stdout
    assert " install --yes" not in done.stdout


def test_an_interrupted_installation_is_finished_first(install):
    said = install(audit="half").stdout
    assert said.index("dpkg --configure -a") < said.index("--fix-broken install") < said.index("install --yes")


def test_a_missing_network_is_named(install):
    done = install(failure="E: Failed to fetch: Could not connect to 127.0.0.1:9")
    assert done.returncode == 1
    assert "cannot reach the package mirrors. Check the network, then run the same command again" in done.stdout

"""An incomplete release leaves no directory; an older one of the same version stays until the new one is complete."""

import pathlib
import shutil
import signal

import pytest

from harness.release import VERSION, Build
from harness.wait import wait_until


@pytest.fixture(name="build")
def make_build(tmp_path):
    return Build(tmp_path / "build")


def replaced(tmp_path, program, script):
    """A PATH in which `program` is this shell script."""
    path = tmp_path / "programs" / program
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return f"{path.parent}:/usr/bin:/bin"


@pytest.mark.parametrize("program", ["tar", "gzip", "sha256sum", "cp"])
def test_a_step_that_fails(build, tmp_path, program):
    done = build.pack(PATH=replaced(tmp_path, program, "exit 1"))
    assert done.returncode != 0 and build.leftovers() == set()


def test_a_step_that_fails_keeps_the_release_before(build, tmp_path):
    assert build.pack().returncode == 0
    (build.image / "cratekeeper.raw").write_bytes(b"changed")
    assert build.pack(PATH=replaced(tmp_path, "gzip", "exit 1")).returncode != 0
    assert build.leftovers() == {build.release.name}
    assert (build.release / "cratekeeper.raw").read_bytes() == b"extension"
    assert build.pack().returncode == 0
    assert (build.release / "cratekeeper.raw").read_bytes() == b"changed"


def test_ctrl_c_in_the_middle(build, tmp_path):
    reached = tmp_path / "reached"
    child = build.begin_packing(PATH=replaced(tmp_path, "gzip", f"touch {reached}; exec sleep 2"))
    wait_until(reached.exists, 10, "the packer to reach gzip")
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=10) == 130
    assert build.leftovers() == set()
    assert build.pack().returncode == 0


@pytest.mark.parametrize("part", ["cratectl", "image/cratekeeper-nuc.raw.bmap", "image/cratekeeper.raw"])
def test_what_is_missing_is_named(build, part):
    pathlib.Path(build.directory / part).unlink()
    done = build.pack()
    assert done.returncode == 1 and build.leftovers() == set()
    assert done.stderr == f"release: {build.directory}/{part} is missing; run make image first\n"


def test_a_library_without_a_license(build):
    (build.directory / "deps/apt/chosen/curl").write_text("source 1 1\n0123  curl.dsc\n")
    done = build.pack()
    assert done.returncode == 1 and build.leftovers() == set()
    assert "lacks the license of curl; run make again" in done.stderr
    shutil.rmtree(build.directory / "deps")
    done = build.pack()
    assert done.returncode == 1 and build.leftovers() == set()
    assert "lacks the packages the libraries were built from; run make again" in done.stderr


def test_an_image_of_another_version(build):
    build.say_version("9.9.9")
    done = build.pack()
    assert done.returncode == 1 and build.leftovers() == set()
    assert f"is version 9.9.9, this source is version {VERSION}; run make image again" in done.stderr


def test_a_disk_without_room(build, tmp_path):
    done = build.pack(PATH=replaced(tmp_path, "df", "echo Avail; echo 1000000"))
    assert done.returncode == 1 and build.leftovers() == set()
    assert "has 1 MB free, a release needs " in done.stderr

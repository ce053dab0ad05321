"""make refuses what it cannot do in one sentence, before it does anything: a space in the path, a bad PINS, no root."""

import os
import shutil
import subprocess

import pytest

from harness.workspace import REPOSITORY


def make(*words, directory=REPOSITORY, around=()):
    # The environment of an interactive shell, even when make runs these tests.
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run([*around, "make", *words], cwd=directory, text=True, capture_output=True, timeout=60, check=False,
                          env=environment)


def refused(done):
    """The error, which must be the only output."""
    assert done.returncode == 2 and done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_a_directory_with_a_space(tmp_path):
    place = tmp_path / "two words"
    place.mkdir()
    shutil.copy(REPOSITORY / "Makefile", place)
    assert "contains a space, which make reads as two names" in refused(make(directory=place))


def test_an_unknown_value_of_pins():
    assert "PINS=Strict is unknown; expected one of: tested (the default), newest, strict" in refused(make("PINS=Strict"))


@pytest.mark.parametrize("target", ["image", "vm", "release", "cluster"])
def test_what_needs_root(target):
    unprivileged = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    assert f"make {target} needs root, because " in refused(make(target, around=unprivileged))

"""What make cannot do it says in one sentence, before it does anything: a blank in the path, a wrong PINS, no root."""

import os
import shutil
import subprocess

import pytest

from harness.workspace import REPOSITORY


def make(*words, directory=REPOSITORY, around=()):
    # As a person types it, also when make runs these tests.
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run([*around, "make", *words], cwd=directory, text=True, capture_output=True, timeout=60, check=False,
                          env=environment)


def refused(done):
    """The sentence; nothing else was said."""
    assert done.returncode == 2 and done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_a_directory_with_a_blank(tmp_path):
    place = tmp_path / "two words"
    place.mkdir()
    shutil.copy(REPOSITORY / "Makefile", place)
    assert "has a blank in it, which make takes for two names" in refused(make(directory=place))


def test_a_word_for_pins_that_is_none():
    assert "PINS=Strict is not known; it is one of: tested (the default), newest, strict" in refused(make("PINS=Strict"))


@pytest.mark.parametrize("target", ["image", "vm", "release", "cluster"])
def test_what_needs_root(target):
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    assert f"make {target} needs root, because " in refused(make(target, around=nobody))

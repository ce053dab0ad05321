"""Fixtures of the build tests: a mirror with tiny packages, and a host whose apt has no other source."""

import pytest

from harness.repository import Build, Repository


@pytest.fixture
def mirror(tmp_path):
    """Offers the source package tiny 1.0 and the binary package tiny-dev 1.0 in trixie."""
    made = Repository(tmp_path / "mirror")
    made.add_source("tiny", "1.0")
    made.add_binary("tiny-dev", "1.0")
    made.publish()
    return made


@pytest.fixture
def build(tmp_path, mirror):
    """A Debian 12 host that wants exactly what the mirror offers."""
    made = Build(tmp_path / "host", f"file:{mirror.directory}")
    made.pin("source tiny 1.0", "binary tiny-dev 1.0")
    return made

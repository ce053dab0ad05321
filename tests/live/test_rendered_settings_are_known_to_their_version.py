"""The crate.yml files of the unit tests start a database of their version: it knows all their settings."""

import pytest

from harness.netns import Namespace
from harness.workspace import REPOSITORY

RENDERED = REPOSITORY / "tests/unit/fixtures/render"
VERSIONS = {"first-vote": ["6.4.5"], "later": ["4.7.0", "5.0.0", "6.4.5"], "4.6": ["4.0.12", "4.6.8"],
            "overrides": ["6.4.5"], "ipv6": ["6.4.5"], "unknown-version": ["4.0.12", "4.6.8", "5.10.1", "6.4.5"],
            "unreadable-environment": ["4.0.12", "6.4.5"]}
CASES = [(situation, version) for situation, versions in VERSIONS.items() for version in versions]
LIMITS = {"STANDIN_MIN_NOFILE": "64", "STANDIN_MIN_NPROC": "0", "STANDIN_MIN_MAX_MAP_COUNT": "0"}


@pytest.fixture(name="start")
def make_start(workspace, make_standin):
    """A function that starts a stand-in with a rendered file; replaces settings that this machine cannot provide."""
    place = Namespace(workspace, "rendered")

    def start(situation, version):
        standin = make_standin(environment={**LIMITS, "STANDIN_VERSION": version})
        with place.entered():
            return standin.start(f"-Cpath.data={standin.data}", "-Cbootstrap.memory_lock=false",
                                 text=(RENDERED / situation / "crate.yml").read_text())

    yield start
    place.close()


def test_every_rendered_file_is_tried():
    assert sorted(VERSIONS) == sorted(path.name for path in RENDERED.iterdir())


@pytest.mark.parametrize("situation, version", CASES)
def test_the_database_takes_all_of_them(start, situation, version):
    start(situation, version).until_says("publish_address")


def test_a_file_for_another_version_is_refused(start):
    standin = start("later", "4.6.8")
    assert standin.exit_status() == 1
    assert "unknown setting [gateway.expected_data_nodes]" in standin.says()

"""The build notices a file system that is too small before it fetches or builds anything."""

import pytest

from harness.workspace import command


@pytest.fixture(name="small")
def mount_small(build):
    build.prefix.mkdir()
    command("mount", "-t", "tmpfs", "-o", "size=8m", "none", build.prefix)
    yield build.prefix
    command("umount", build.prefix)


def test_the_sentence_says_how_much(build, small):
    done = build.tool("build-libraries", small, "libraries")
    assert done.returncode == 1
    assert f"takes up to 450 MB in {small}, which has 8 MB left. Make room" in done.stdout
    assert not list((small / "apt").glob("**/*")), "the build fetched something anyway"

"""Where no configured mirror has a package at all, the build names it, the suite, the mirrors, and what to do."""

import pytest


@pytest.mark.parametrize("kind", ["source", "binary"])
def test_the_package_the_suite_and_the_next_step(mirror, build, kind):
    build.pin("source tiny 1.0", f"{kind} absent 1.0")
    said = build.refused()
    assert f"no Debian mirror of this machine has the {kind} package absent in trixie (Debian 13)" in said
    assert f"It looked at: file:{mirror.directory}/ trixie." in said
    assert "Add a mirror that has it to /etc/apt/sources.list, then run the same command again." in said


def test_a_machine_without_a_debian_mirror(build):
    (build.directory / "sources.list").write_text("deb file:/nowhere noble main\n")
    assert "this machine's apt has no Debian mirror" in build.refused()

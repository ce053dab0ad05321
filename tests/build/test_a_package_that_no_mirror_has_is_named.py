"""If no configured mirror has a package, the build names the package, the suite, the mirrors, and the next step."""

import pytest


@pytest.mark.parametrize("kind", ["source", "binary"])
def test_the_package_the_suite_and_the_next_step(mirror, build, kind):
    build.pin("source tiny 1.0", f"{kind} absent 1.0")
    said = build.refused()
    assert f"no Debian mirror of this machine has the {kind} package absent in trixie (Debian 13)" in said
    assert f"Mirrors searched: file:{mirror.directory}/ trixie." in said
    assert "Add a mirror that has it to /etc/apt/sources.list, then run the same command again." in said


def test_a_machine_without_a_debian_mirror(build):
    (build.directory / "sources.list").write_text("deb file:/nowhere noble main\n")
    assert "this machine's apt has no Debian mirror" in build.refused()


def test_a_mirror_without_debian_13(mirror, build):
    (mirror.directory / "dists/trixie").rename(mirror.directory / "dists/bookworm")
    said = build.refused()
    assert f"a mirror of this machine has no Debian 13: file:{mirror.directory} trixie Release." in said
    assert "Add one that has trixie to /etc/apt/sources.list, then run the same command again." in said

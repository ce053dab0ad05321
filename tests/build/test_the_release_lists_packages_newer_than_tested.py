"""A release lists its packages that are newer than tested; PINS=strict refuses to make such a release."""

import pytest

from harness.release import Build


@pytest.fixture(name="build")
def make_build(tmp_path):
    build = Build(tmp_path / "build")
    (build.directory / "deps/newer-than-tested").write_text("curl 8.14.1-2+deb13u9\n")
    (build.image / "newer-than-tested").write_text("openssl 3.5.4-1~deb13u7\n")
    return build


def test_it_says_so_and_carries_the_list(build):
    done = build.pack()
    assert done.returncode == 0
    assert "packages are newer than tested; build/release-" in done.stderr
    assert (build.release / "newer-than-tested").read_text() == "curl 8.14.1-2+deb13u9\nopenssl 3.5.4-1~deb13u7\n"
    assert "newer-than-tested" in (build.release / "SHA256SUMS").read_text()


def test_strict_makes_none(build):
    done = build.pack(PINS="strict")
    assert done.returncode == 1 and build.leftovers() == set()
    assert "PINS=strict, but packages are newer than tested" in done.stderr and "curl 8.14.1-2+deb13u9" in done.stderr


def test_empty_lists_are_no_news(build):
    for place in ("deps", "image"):
        (build.directory / place / "newer-than-tested").write_text("")
    done = build.pack(PINS="strict")
    assert done.returncode == 0 and "newer than tested" not in done.stderr
    assert not (build.release / "newer-than-tested").exists()

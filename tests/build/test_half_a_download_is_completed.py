"""Whatever truncated or damaged files an earlier run left, the next run completes them."""

import pytest


@pytest.mark.parametrize("name", ["tiny_1.0.dsc", "tiny_1.0.tar.xz"])
def test_a_file_cut_in_half_before_the_first_success(mirror, build, name):
    whole = (mirror.pool / name).read_bytes()
    download = build.prefix / "apt/download"
    download.mkdir(parents=True)
    (download / name).write_bytes(whole[:len(whole) // 2])
    build.fetch()
    assert (build.unpacked("tiny") / "content").read_text() == "tiny\n"


@pytest.mark.parametrize("content", [b"", b"something else"])
def test_a_file_damaged_afterwards(build, content):
    build.fetch()
    archive = build.prefix / "apt/download/tiny_1.0.tar.xz"
    archive.unlink()
    archive.write_bytes(content)
    assert "fetching 1 packages" in build.fetch()
    assert (build.unpacked("tiny") / "content").read_text() == "tiny\n"


def test_lists_cut_in_half(build):
    build.fetch()
    for file in (build.prefix / "apt/lists").glob("*_Sources"):
        file.write_bytes(file.read_bytes()[:20])
    (build.prefix / "apt/chosen/tiny").unlink()
    build.fetch()
    assert build.chosen("tiny") == "1.0"

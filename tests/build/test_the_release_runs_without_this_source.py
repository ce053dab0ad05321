"""The checksums of a release cover all of it, and its tar runs in an empty directory of any x86-64 Linux."""

import stat

import pytest

from harness.flash import Image
from harness.release import TOOLS, VERSION, Build
from harness.workspace import command


@pytest.fixture(name="build", scope="module")
def make_build(tmp_path_factory):
    build = Build(tmp_path_factory.mktemp("build"))
    build.take_image(Image(tmp_path_factory.mktemp("image")))
    done = build.pack()
    assert done.returncode == 0, done.stderr
    return build


@pytest.fixture(name="tools")
def unpack_tools(build, tmp_path):
    return build.unpack_tools(tmp_path)


def test_the_checksums_cover_every_file(build):
    listed = command("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=build.release).stdout.splitlines()
    assert all(line.endswith(": OK") for line in listed)
    names = {path.name for path in build.release.iterdir()}
    assert {line.removesuffix(": OK") for line in listed} == names - {"SHA256SUMS"}
    assert names == {"cratekeeper-nuc.raw.zst", "cratekeeper-nuc.raw.bmap", "cratekeeper-nuc.manifest",
                     "initrd.manifest", "cratekeeper.raw", f"{TOOLS}.tar.gz", "SHA256SUMS"}
    assert build.leftovers() == {build.release.name}


def test_cratectl_needs_no_other_file(tools):
    root = tools.parent / "nothing"
    root.mkdir()
    (tools / "cratectl").rename(root / "cratectl")
    inside = ("unshare", "--map-root-user", f"--root={root}", "/cratectl")
    assert command(*inside, "--version").stdout.strip() == VERSION


def test_cratectl_makes_the_configs_of_the_example(tools):
    command("./cratectl", "site", "site.example", "--all", "configs", cwd=tools)
    assert {path.name for path in (tools / "configs").iterdir()} == {f"nuc{number}.ign" for number in range(1, 5)}


def test_flash_takes_the_image_of_the_release(build, tools):
    # flash checks the image before the disk: it refuses only the disk.
    done = command("unshare", "--map-root-user", "./flash", build.release / "cratekeeper-nuc.raw.zst", "/dev/null",
                   cwd=tools, check=False)
    assert done.stderr == "flash: /dev/null: expected a disk like /dev/sdX; see flash --list\n"


def test_flash_and_the_pages_are_where_they_were_unpacked(tools):
    assert command("./flash", "--help", cwd=tools).stdout.startswith("usage: flash ")
    for page in ("man1/cratectl.1", "man5/cratekeeper.site.5", "man8/cratekeeper-flash.8"):
        assert (tools / "man" / page).read_text().startswith('.\\" Manual page of ')
    script = f". {tools}/completion/cratectl.bash; complete -p cratectl"
    assert command("bash", "-c", script).stdout == "complete -F _cratectl cratectl\n"


def test_the_licenses_of_what_is_linked_come_along(tools):
    texts = {path.name: path.read_text() for path in (tools / "licenses").iterdir()}
    assert texts.keys() == {"curl", "libcap-dev", "LGPL-2.1", "GPL-2"}
    assert texts["curl"] == "License of curl\n" and texts["libcap-dev"] == "License of libcap-dev\n"
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in texts["LGPL-2.1"]


def test_every_user_may_read_and_run_it(tools):
    for path in tools.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o755 if path.is_dir() or path.name in ("cratectl", "flash") else 0o644), path

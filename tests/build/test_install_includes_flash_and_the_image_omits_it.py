"""`make install` includes flash and its manual page for operators; the part that the image takes has neither."""

import re

import pytest

from harness.workspace import REPOSITORY, command

FLASH = {"usr/sbin/cratekeeper-flash", "usr/share/man/man8/cratekeeper-flash.8"}


@pytest.fixture(name="installed")
def install(tmp_path):
    """A function that runs an install target without building anything, and returns the installed files."""

    def run(target):
        command("make", "--silent", "--old-file=all", target, f"DESTDIR={tmp_path / target}", cwd=REPOSITORY)
        return {str(path.relative_to(tmp_path / target)) for path in (tmp_path / target).rglob("*") if path.is_file()}

    return run


def test_install_is_what_a_node_needs_and_flash(installed, tmp_path):
    node = installed("install-node")
    assert "usr/libexec/cratekeeperd" in node and "usr/share/man/man1/cratectl.1" in node
    assert installed("install") - node == FLASH
    said = command(tmp_path / "install/usr/sbin/cratekeeper-flash", "--help").stdout
    assert said.startswith("usage: cratekeeper-flash ")


@pytest.mark.parametrize("script", ["image/build", "image/extension"])
def test_the_image_and_the_extension_take_what_a_node_needs(script):
    assert re.findall(r"make .* (install\S*) DESTDIR", (REPOSITORY / script).read_text()) == ["install-node"]

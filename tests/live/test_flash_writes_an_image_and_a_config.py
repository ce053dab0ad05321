"""flash writes exactly the image and the node's config, from a plain and from a compressed image."""

import pytest

from harness.flash import Disk, Image, config_on, differing, table_of


@pytest.mark.parametrize("compressed", [False, True])
def test_flash_writes_an_image_and_a_config(workspace, compressed):
    image = Image(workspace.make_directory("image"))
    disk = Disk(workspace, fill=True)
    source = image.compressed() if compressed else image.raw
    if compressed:
        image.raw.rename(image.directory / "elsewhere")
    done = disk.flash(source, config=image.config)
    if compressed:
        (image.directory / "elsewhere").rename(image.raw)
    assert done.returncode == 0, done.stderr
    assert "reading back" in done.stderr and "is written and read back" in done.stderr
    assert "rror" not in done.stderr
    assert len(table_of(disk.backing)["partitions"]) == 3
    assert config_on(disk.backing) == image.config.read_text()
    assert differing(disk.backing, image) is None
    disk.close()


def test_flash_without_a_config_says_so(workspace):
    image = Image(workspace.make_directory("image"))
    disk = Disk(workspace, size=32 << 20)
    done = disk.flash(image.raw)
    assert done.returncode == 0 and "it has no config yet" in done.stderr
    assert config_on(disk.backing) is None and differing(disk.backing, image) is None
    # Without a config the medium equals the image.
    with open(disk.backing, "rb") as medium, open(image.raw, "rb") as source:
        assert medium.read() == source.read()
    disk.close()

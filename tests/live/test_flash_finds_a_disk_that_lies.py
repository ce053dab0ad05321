"""flash detects a disk that stores something other than what was written, and leaves it unbootable."""

import os
import threading

from harness.flash import MIB, Disk, Image, table_of

PLACES = {"the root partition": 20 * MIB, "the EFI system partition": 3 * MIB}


def lying(disk, image, place):
    """Flashes while one sector of the medium is overwritten again and again, like a worn cell."""
    over = threading.Event()

    def spoil():
        with open(disk.backing, "r+b", buffering=0) as medium:
            while not over.wait(0.001):
                medium.seek(place)
                medium.write(os.urandom(512))

    thread = threading.Thread(target=spoil)
    thread.start()
    try:
        return disk.flash(image.raw, config=image.config)
    finally:
        over.set()
        thread.join()


def test_flash_finds_a_disk_that_lies(workspace):
    image = Image(workspace.make_directory("image"))
    disk = Disk(workspace)
    for name, place in PLACES.items():
        done = lying(disk, image, place)
        assert done.returncode == 1, name
        assert "read back incorrectly" in done.stderr
        assert table_of(disk.backing) is None
    assert disk.flash(image.raw, config=image.config).returncode == 0
    # The same for an image that does not match its map.
    with open(image.raw, "r+b") as file:
        file.seek(18 * MIB)
        file.write(b"x")
    assert "the disk or the image is damaged" in disk.flash(image.raw, config=image.config).stderr
    assert table_of(disk.backing) is None
    disk.close()

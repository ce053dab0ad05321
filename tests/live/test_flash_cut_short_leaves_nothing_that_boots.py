"""After a power loss at any moment of writing, the medium boots nothing, the old content, or the complete new content.

The test examines the medium, not the page cache. SEED=n replays the moments.
"""

import os
import random
import shutil
import signal
import subprocess
import time

from harness.flash import Disk, Image, arguments, table_of, wrongness

# The clock starts at this line: before anything is written, or when the old tables are gone.
MARKS = ("Everything on it will be lost", "flash: writing")
ROUNDS = 6


def begin(disk, image, mark):
    """Starts writing and returns the process when it has printed `mark`."""
    child = subprocess.Popen(arguments(image.raw, disk.device, config=image.config), start_new_session=True,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert any(mark in line for line in child.stderr), "flash ended before it wrote"
    return child


def cut(child, disk, medium):
    """Simulates a power loss: copies the current content of the medium, then kills the writer and its children."""
    running = child.poll() is None
    if running:
        os.killpg(child.pid, signal.SIGSTOP)
    shutil.copyfile(disk.backing, medium)
    if running:
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate(timeout=10)


def test_flash_cut_short_leaves_nothing_that_boots(workspace):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    moments = random.Random(seed)
    images = [Image(workspace.make_directory("image")) for _ in range(2)]
    disk = Disk(workspace)
    medium = workspace.directory / "medium"
    child = begin(disk, images[0], MARKS[1])
    start = time.monotonic()
    assert child.communicate(timeout=60) and child.returncode == 0
    duration = time.monotonic() - start
    before = [(images[0], images[0].config.read_text())]
    holder = os.open(disk.device, os.O_RDONLY)  # the last one to close would write the page cache through
    for number in range(1, ROUNDS + 1):
        image = images[number % 2]
        text = f'{{"ignition": {{"version": "3.3.0"}}, "round": {number}}}\n'
        image.config.write_text(text)
        moment = 0 if number == 1 else moments.uniform(0, duration)
        child = begin(disk, image, MARKS[number % 2])
        time.sleep(moment)
        cut(child, disk, medium)
        wrong = wrongness(medium, [*before, (image, text)])
        assert wrong is None, f"SEED={seed}, round {number}, {moment:.3f} of {duration:.3f} s: {wrong}"
        if number == 1:
            assert table_of(medium) is None, "an old partition table is still there after the first step"
        before = [(image, text), *before] if table_of(medium) else []
    os.close(holder)
    assert disk.flash(image.raw, config=image.config).returncode == 0
    assert table_of(disk.backing) and wrongness(disk.backing, [(image, text)]) is None
    disk.close()

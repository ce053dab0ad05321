"""Power lost at any moment of writing: the medium boots nothing, or what it had, or all of what it should have.

What had arrived on the medium is looked at, not what was still in the page cache. SEED=n replays the moments.
"""

import os
import random
import shutil
import signal
import subprocess
import time

from harness.flash import Disk, Image, arguments, table_of, wrongness

ROUNDS = 6


def cut(disk, image, moment, medium):
    """Begins to write, and copies what is on the medium after `moment` seconds; the writer is killed with all it has."""
    child = subprocess.Popen(arguments(image.raw, disk.device, config=image.config), start_new_session=True,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moment)
    running = child.poll() is None
    if running:
        os.killpg(child.pid, signal.SIGSTOP)
    shutil.copyfile(disk.backing, medium)
    if running:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait(10)


def test_flash_cut_short_leaves_nothing_that_boots(workspace):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    moments = random.Random(seed)
    images = [Image(workspace.make_directory("image")) for _ in range(2)]
    disk = Disk(workspace)
    medium = workspace.directory / "medium"
    begin = time.monotonic()
    assert disk.flash(images[0].raw, config=images[0].config).returncode == 0
    duration = time.monotonic() - begin
    before = [(images[0], images[0].config.read_text())]
    holder = os.open(disk.device, os.O_RDONLY)  # the last one to close would write the page cache through
    unbootable = 0
    for number in range(1, ROUNDS + 1):
        image = images[number % 2]
        text = f'{{"ignition": {{"version": "3.3.0"}}, "round": {number}}}\n'
        image.config.write_text(text)
        moment = moments.uniform(0.2, 1.1) * duration
        cut(disk, image, moment, medium)
        wrong = wrongness(medium, [*before, (image, text)])
        assert wrong is None, f"SEED={seed}, after {moment:.3f} of {duration:.3f} s: {wrong}"
        unbootable += table_of(medium) is None
        before = [(image, text), *before] if table_of(medium) else []
    os.close(holder)
    assert unbootable > 0, f"SEED={seed}: no moment was in the middle of writing"
    assert disk.flash(image.raw, config=image.config).returncode == 0
    assert table_of(disk.backing) and wrongness(disk.backing, [(image, text)]) is None
    disk.close()

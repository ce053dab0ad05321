"""The same commit and the same parts give the same bytes, regardless of user and time."""

import os
import stat

from harness.release import Build


def test_the_release_is_the_same_twice(tmp_path):
    sums = []
    for number, mask in enumerate((0o022, 0o077)):
        build = Build(tmp_path / f"build-{number}")
        os.utime(build.directory / "cratectl", (number, number))
        before = os.umask(mask)
        try:
            done = build.pack(TZ=f"UTC{number}", LANG=("C", "en_US.UTF-8")[number])
        finally:
            os.umask(before)
        assert done.returncode == 0, done.stderr
        assert stat.S_IMODE(build.release.stat().st_mode) == 0o755
        sums.append((build.release / "SHA256SUMS").read_text())
    assert sums[0] == sums[1] and len(sums[0].splitlines()) == 6

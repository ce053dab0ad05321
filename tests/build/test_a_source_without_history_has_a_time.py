"""Files in an image have the time of the commit; from a tar without history, they have the time of its newest file."""

import os
import shutil

from harness.workspace import REPOSITORY, command


def epoch(top):
    return int(command(top / "tools/build/epoch").stdout)


def source(tmp_path):
    top = tmp_path / "source"
    (top / "tools/build").mkdir(parents=True)
    shutil.copy(REPOSITORY / "tools/build/epoch", top / "tools/build")
    for room, time in (("agent", 1000), ("hal", 3000), ("image", 2000), ("units", 1000)):
        (top / room).mkdir()
        (top / room / "file").touch()
        os.utime(top / room / "file", (time, time))
    return top


def test_without_history_it_is_that_of_the_newest_file(tmp_path):
    assert epoch(source(tmp_path)) == 3000


def test_with_history_it_is_that_of_the_commit(tmp_path):
    top = source(tmp_path)
    command("git", "init", "--quiet", cwd=top)
    command("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--allow-empty", "-m", "a",
            cwd=top, env=os.environ | {"GIT_COMMITTER_DATE": "@5000 +0000"})
    assert epoch(top) == 5000

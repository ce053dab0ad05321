"""Root can make a release in another user's checkout, although git by default refuses to read it."""

import os

import pytest

from harness.release import Build
from harness.workspace import REPOSITORY, command

NOBODY = 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a checkout to another user")
def test_root_packs_in_the_checkout_of_another_user(tmp_path):
    checkout, build = tmp_path / "checkout", Build(tmp_path / "build")
    command("git", "-c", "safe.directory=*", "clone", "--quiet", "--no-hardlinks", REPOSITORY, checkout)
    for name in ("image", "tools", "agent"):  # the current scripts, committed or not
        command("cp", "-a", REPOSITORY / name, checkout)
    command("chown", "-R", NOBODY, checkout)
    alone = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    assert "dubious ownership" in command("git", "-C", checkout, "log", check=False, env=alone).stderr
    done = command(checkout / "tools/release/pack", build.directory, check=False, env=alone)
    assert done.returncode == 0 and "dubious" not in done.stderr, done.stderr
    assert build.release.is_dir()

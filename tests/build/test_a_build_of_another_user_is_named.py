"""A user who cannot write into root's build gets one sentence: who owns it and what to do."""

import os
import shutil

from harness.checkout import OBJECTS, Checkout

NOBODY = 65534


def open_to_all(directory):
    """Lets every account reach the checkout, as in a home directory; pytest's own directories are private."""
    for above in [directory, *directory.parents[:3]]:
        above.chmod(0o755)


def test_a_build_of_another_user_is_named(tmp_path):
    checkout = Checkout(tmp_path / "checkout")
    checkout.make(*OBJECTS)
    open_to_all(checkout.directory)
    refused = checkout.make(*OBJECTS, user=NOBODY, check=False)
    assert refused.returncode != 0
    assert "build belongs to root: run make as root" in refused.stdout
    assert "sudo chown" in refused.stdout
    assert "Permission denied" not in refused.stdout
    assert len(refused.stdout.strip().splitlines()) <= 2, refused.stdout


def test_a_single_directory_of_root_is_named(tmp_path):
    checkout = Checkout(tmp_path / "checkout")
    checkout.make(*OBJECTS)
    open_to_all(checkout.directory)
    os.chown(checkout.directory / "build", NOBODY, NOBODY)
    refused = checkout.make(*OBJECTS, user=NOBODY, check=False)
    assert refused.returncode != 0
    assert "belongs to root" in refused.stdout
    assert "Permission denied" not in refused.stdout


def test_trees_of_root_block_no_other_user(tmp_path):
    checkout = Checkout(tmp_path / "checkout")
    checkout.make(*OBJECTS)
    open_to_all(checkout.directory)
    for path in [checkout.directory / "build", *(checkout.directory / "build").rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    checkout.write("build/tree/etc/passwd", "")
    assert shutil.which("make")
    assert checkout.make(*OBJECTS, user=NOBODY).returncode == 0

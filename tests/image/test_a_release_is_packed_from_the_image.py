"""A release packed from the real image is complete, and its own flash accepts that image with its block map."""

from harness.release import VERSION, TOOLS
from harness.workspace import REPOSITORY, command


def test_a_release_is_packed_from_the_image(tmp_path):
    command(REPOSITORY / "tools/release/pack", REPOSITORY / "build", timeout=120)
    release = REPOSITORY / f"build/release-{VERSION}"
    command("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=release)
    command("tar", "-xzf", release / f"{TOOLS}.tar.gz", "--strip-components=1", cwd=tmp_path)
    # flash checks the image before the disk: it refuses only the disk.
    done = command("./flash", release / "cratekeeper-nuc.raw.zst", "/dev/null", cwd=tmp_path, check=False, timeout=170)
    assert done.stderr == "flash: /dev/null: expected a disk like /dev/sdX; see flash --list\n"

"""The commands in README.md turn the files of a release into a system disk, exactly as written."""

import subprocess

from harness.flash import Disk, Image, config_on, differing
from harness.release import Build
from harness.workspace import REPOSITORY


def commands():
    """The lines of the code blocks of the first section, up to the step that needs real machines."""
    section = (REPOSITORY / "README.md").read_text().split("## Set up your NUCs")[1].split("**4. ")[0]
    for block in section.split("```\n")[1::2]:
        yield from block.splitlines()


def test_the_readme_writes_a_disk(workspace):
    image, disk = Image(workspace.make_directory("image")), Disk(workspace, fill=True)
    build = Build(workspace.make_directory("releases") / "build")
    build.take_image(image)
    assert build.pack().returncode == 0
    # A loop device counts as internal, there is no terminal to ask at, and the tests run as root without sudo.
    lines = [line.replace("/dev/sdX", disk.device).replace("sudo ./flash", "./flash --internal --yes")
             for line in commands()]
    done = subprocess.run(["bash", "-euxc", "\n".join(lines)], cwd=build.directory, capture_output=True, text=True,
                          timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert "4 nodes" in done.stdout + done.stderr and "insert it into nuc1 and switch the machine on" in done.stderr
    assert config_on(disk.backing) == (build.release / "configs/nuc1.ign").read_text()
    assert differing(disk.backing, image) is None
    disk.close()

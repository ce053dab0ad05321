"""Test nodes boot the /usr that ships: every file is the same, except the agent and what only starts a machine."""

import hashlib
import json
import os
import stat
import subprocess

import pytest

from harness.workspace import BUILD, REPOSITORY, command

TREE = BUILD / "image.tree"
# Generated from the rest of the content: kernel module indexes, the agent's users, services and directories, an
# alternative of cpio, which the kernel's initrd requires.
MADE = ("lib/modules/", "share/factory/etc/passwd", "share/factory/etc/group", "share/factory/etc/shadow",
        "share/factory/etc/gshadow", "share/factory/etc/systemd/system/", "share/factory/etc/cratekeeper",
        "share/factory/etc/alternatives/mt", "bin/mt")


@pytest.fixture(scope="module", autouse=True)
def of_one_day():
    """Tree and image of the same packages: rebuilds the tree if a mirror has changed between the two builds."""
    if not packages(BUILD / "image.tree.manifest") <= packages(BUILD / "image/cratekeeper-nuc.manifest"):
        (BUILD / "image.tree.stamp").unlink(missing_ok=True)
        subprocess.run([REPOSITORY / "image/tree"], check=True, timeout=900)


@pytest.fixture(scope="module")
def shipped(workspace):
    """The /usr of the image that was built, unpacked."""
    (part,) = (BUILD / "image/update").glob("cratekeeper_*.usr-x86-64.*.raw")
    directory = workspace.make_directory("usr")
    command(REPOSITORY / "image/in-tools-tree", "fsck.erofs", f"--extract={directory}", "--preserve", "--overwrite",
            part, timeout=120)
    return directory


def files(root):
    """Everything below a directory: path to mode, owner and content."""
    found = {}
    for directory, names, others in os.walk(root):
        for name in names + others:
            path = os.path.join(directory, name)
            status = os.lstat(path)
            what = ""
            if stat.S_ISLNK(status.st_mode):
                what = os.readlink(path)
            elif stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file:
                    what = hashlib.file_digest(file, "sha256").hexdigest()
            found[os.path.relpath(path, root)] = (oct(status.st_mode), status.st_uid, status.st_gid, what)
    return found


def packages(manifest):
    return {(each["name"], each["version"]) for each in json.loads(manifest.read_text())["packages"]}


def archive(name, version, directory):
    """Debian's .deb of a package: the one that the build fetched, or a new download."""
    pattern = f"{name}_{version.replace(':', '%3a')}_*.deb"
    for kept in (BUILD / "image.cache/cache/apt/archives").glob(pattern):
        return kept
    for words in (["update"], ["download", f"{name}={version}"]):
        subprocess.run(["apt-get", "-q", *words], check=True, cwd=directory, timeout=120,
                       env=os.environ | {"APT_CONFIG": str(BUILD / "image.apt/apt.conf")})
    return next(directory.glob(pattern))


def of_the_disk(directory):
    """Paths of the agent and of the packages that only the disk has, according to Debian's own packages."""
    paths = set()
    for name, version in packages(BUILD / "image/cratekeeper-nuc.manifest") - packages(BUILD / "image.tree.manifest"):
        fetched = archive(name, version, directory)
        content = subprocess.run(["dpkg-deb", "--fsys-tarfile", fetched], check=True, capture_output=True).stdout
        names = subprocess.run(["tar", "--list"], input=content, check=True, capture_output=True).stdout.decode()
        paths |= {line.rstrip("/").removeprefix("./").removeprefix("usr/") for line in names.splitlines()}
    agent = BUILD / "image.agent/usr"
    return paths | {os.path.relpath(os.path.join(directory, name), agent)
                    for directory, directories, others in os.walk(agent) for name in directories + others}


def test_every_file_is_the_same_except_agent_and_kernel(shipped, tmp_path):
    ours, theirs = files(TREE / "usr"), files(shipped)
    assert len(theirs) > 5000
    left_out = of_the_disk(tmp_path)
    different = sorted(path for path in ours.keys() | theirs.keys()
                       if ours.get(path) != theirs.get(path) and not path.startswith(MADE))
    assert [path for path in different if path in ours] == []
    assert [path for path in different if path not in left_out] == []


def test_the_tree_has_no_package_the_image_has_not():
    others = packages(BUILD / "image.tree.manifest") - packages(BUILD / "image/cratekeeper-nuc.manifest")
    assert not others, "a mirror has changed since the image was built: rm build/image/.built, then make image"

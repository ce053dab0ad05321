"""Chooses the demo's database: CrateDB's image if a registry provides it and this machine can run it, else a stand-in.

It waits at most 8 seconds for the registry. It fetches the image once, into build/demo; it neither needs nor touches
Docker on the machine itself.
"""

import collections
import os
import pathlib
import re
import resource
import subprocess

from harness.agent import IMAGE, IMAGE_TAR
from harness.workspace import BUILD, REPOSITORY
from progress import say

_PATIENCE = 8  # seconds without an answer until a registry counts as unreachable
_FETCH_TIMEOUT = 900  # for 260 MB
_NEEDED_FILES = 65536  # CrateDB's bootstrap check of open files
_CAP_SYS_RESOURCE = 24  # linux/capability.h

Image = collections.namedtuple("Image", "name tar is_real")
STAND_IN = Image(IMAGE, IMAGE_TAR, False)


def shipped_name():
    """The image that the shipped unit runs."""
    text = (REPOSITORY / "units/crate@.service").read_text()
    return re.search(r"^Environment=CRATE_IMAGE=(\S+)$", text, re.MULTILINE).group(1)


def limits_allow():
    """Whether the demo's containers can have as many open files as CrateDB requires."""
    status = pathlib.Path("/proc/self/status").read_text()
    capabilities = int(re.search(r"^CapEff:\s*(\w+)$", status, re.MULTILINE).group(1), 16)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return bool(capabilities >> _CAP_SYS_RESOURCE & 1) or hard == resource.RLIM_INFINITY or hard >= _NEEDED_FILES


def _skopeo(*arguments, timeout):
    """Runs skopeo; returns the reason why it failed, or None."""
    try:
        done = subprocess.run(["skopeo", f"--command-timeout={timeout}s", *map(str, arguments)], capture_output=True,
                              text=True, timeout=timeout + 5, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return f"no answer within {timeout} s"
    except FileNotFoundError:
        return "skopeo is not installed"
    if done.returncode == 0:
        return None
    # The innermost cause is the one that a user can fix.
    said = re.search(r'msg="(.*)"', done.stderr)
    return said.group(1).rpartition(": ")[2] if said else done.stderr.strip() or f"skopeo exited with {done.returncode}"


def fetch(name, directory):
    """(path of the image in `docker save` format, None), or (None, the reason why there is none)."""
    tar = directory / (re.sub(r"[^\w.]+", "-", name) + ".tar")
    if tar.exists():
        return tar, None
    reason = _skopeo("inspect", "--raw", f"docker://{name}", timeout=_PATIENCE)
    if reason:
        return None, f"no registry provides it: {reason}"
    say(f"fetching {name}; this happens only once and can take minutes")
    directory.mkdir(parents=True, exist_ok=True)
    unfinished = tar.with_name(f".{tar.name}.{os.getpid()}")
    try:
        reason = _skopeo("copy", "--quiet", f"docker://{name}", f"docker-archive:{unfinished}:{name}",
                         timeout=_FETCH_TIMEOUT)
        if reason:
            return None, reason
        unfinished.rename(tar)
    finally:
        unfinished.unlink(missing_ok=True)
    return tar, None


def choose(stand_in_only):
    """The image to run; prints which one and why."""
    name = shipped_name()
    if stand_in_only:
        reason = "--stand-in was given"
    elif not limits_allow():
        reason = f"this machine allows {resource.getrlimit(resource.RLIMIT_NOFILE)[1]} open files, " \
                 f"CrateDB requires {_NEEDED_FILES}"
    else:
        tar, reason = fetch(name, BUILD / "demo")
        if tar:
            say(f"the database is {name}")
            return Image(name, tar, True)
    say("the database is a STAND-IN, a small test program: it is not CrateDB")
    say(f"  {name} cannot run because {reason}")
    return STAND_IN

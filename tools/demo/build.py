"""Runs make to build what the demo needs and install it into a directory; if nothing changed, there is nothing to do.

When interrupted, it waits until make has ended cleanly, so that the next build resumes where this one stopped.
"""

import os
import re
import signal
import subprocess

from harness.workspace import REPOSITORY
from interruption import SIGNALS
from progress import say

_STEPS = (["all", "image-tree", "standin", "build/.check-packages"], ["install", f"DESTDIR={REPOSITORY}/build/destdir"])


class Failed(RuntimeError):
    """make has already printed the reason."""


def build():
    say("building what has changed")
    for arguments in _STEPS:
        _make(arguments)


def _make(arguments):
    interrupted, made = [], []

    def pass_on(number, _):
        interrupted.append(number)
        # The terminal also sends Ctrl-C and Ctrl-\ to make; the other signals reach only the demo.
        if number not in (signal.SIGINT, signal.SIGQUIT):
            for process in made:
                process.terminate()

    before = [(number, signal.signal(number, pass_on)) for number in SIGNALS]
    try:
        made.append(subprocess.Popen(["make", "--no-print-directory", "--silent", *arguments], cwd=REPOSITORY,
                                     env=_environment(), stdin=subprocess.DEVNULL))
        status = made[0].wait()
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    if interrupted:
        raise KeyboardInterrupt
    if status != 0:
        raise Failed("the build failed; see the output of make above")


def _environment():
    # Keep the variables of a calling make, such as CXX=..., but not its job server.
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKELEVEL", "MFLAGS")}
    flags = re.sub(r"(^| )(-j\d*|--jobserver-\S+)(?= |$)", "", environment.get("MAKEFLAGS", ""))
    # With a locale that the machine lacks, every shell that make starts would print a warning.
    return {**environment, "MAKEFLAGS": flags, "LC_ALL": "C.UTF-8"}

"""Lets make build what the demo needs and install it into a directory; nothing is left to do on the second day.

Whoever interrupts it, make gets the time to end in order, so that the next build goes on where this one was.
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
    """make has said why."""


def build():
    say("building what has changed")
    for arguments in _STEPS:
        _make(arguments)


def _make(arguments):
    interrupted, made = [], []

    def pass_on(number, _):
        interrupted.append(number)
        # The terminal sends Ctrl-C to make as well; the others were sent to the demo alone.
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
        raise Failed("the build has failed; what make said above is the reason")


def _environment():
    # The variables of the make that may have called this stay, CXX=... for example; its job server is not ours.
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKELEVEL", "MFLAGS")}
    flags = re.sub(r"(^| )(-j\d*|--jobserver-\S+)(?= |$)", "", environment.get("MAKEFLAGS", ""))
    # A locale that the machine does not have would be a warning of every shell that make starts.
    return {**environment, "MAKEFLAGS": flags, "LC_ALL": "C.UTF-8"}

"""tools/check with a fake `make`: each suite is a line of bash, so a run takes seconds.

suites = Suites(tmp_path, live="echo '== 3 passed in 1.00s =='"); suites.check() returns the result.
"""

import os
import pathlib
import shutil
import subprocess

from .workspace import REPOSITORY

MAKE = """#!/bin/bash
set -euo pipefail
for suite in "$@"; do [ "${suite#-}" = "$suite" ] && break; done
echo "$suite $*" >> calls
[ ! -e "suites/$suite" ] || exec bash "suites/$suite" "$suite" "$@"
"""


class Suites:
    """A directory with the real tools/check and one-line suites; a suite that is not given passes."""

    def __init__(self, directory, **suites):
        self.directory = pathlib.Path(directory)
        (self.directory / "tools").mkdir()
        (self.directory / "bin").mkdir()
        (self.directory / "suites").mkdir()
        shutil.copy2(REPOSITORY / "tools/check", self.directory / "tools/check")
        (self.directory / "bin/make").write_text(MAKE)
        (self.directory / "bin/make").chmod(0o755)
        for name, line in suites.items():
            (self.directory / "suites" / name.replace("_", "-")).write_text(line)

    def environment(self):
        """An environment in which `make` is the fake one."""
        return os.environ | {"PATH": f"{self.directory / 'bin'}:{os.environ['PATH']}"}

    def check(self, *arguments, through=()):
        """Runs it as `make check` does; `through` is a command to run it with."""
        command = through or ("tools/check", *arguments)
        return subprocess.run(command, cwd=self.directory, env=self.environment(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=60,
                              check=False)

    def called(self):
        """The suites that ran, in the order in which they started."""
        return [line.split()[0] for line in (self.directory / "calls").read_text().splitlines()]

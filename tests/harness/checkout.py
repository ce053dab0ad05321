"""A checkout with the real build files and tiny sources, for fast tests of the Makefile.

It contains copies of the real Makefile and its includes; packages and libraries count as installed. It writes nothing
outside its directory and uses no compiler cache.
"""

import os
import pathlib
import shutil
import subprocess

from .workspace import REPOSITORY

SOURCES = {
    "agent/one.cpp": '// A source.\n#include "agent/one.hpp"\nint one() { return kOne; }\n',
    "agent/one.hpp": "// Its header.\n#pragma once\nconstexpr int kOne = 1;\n",
    "agent/two.cpp": "// Another source.\nint two();\nint two() { return 2; }\n",
}
OBJECTS = ("build/release/agent/one.o", "build/release/agent/two.o")


class Checkout:
    """A directory in which `make` works: checkout.make("build/release/agent/one.o")."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        for path in ["Makefile", *REPOSITORY.glob("*/**/*.mk"), *REPOSITORY.glob("tools/build/*"),
                     *REPOSITORY.glob("tools/deps/*")]:
            relative = pathlib.Path(path).relative_to(REPOSITORY) if pathlib.Path(path).is_absolute() else path
            if pathlib.Path(relative).parts[0] != "build" and (REPOSITORY / relative).is_file():
                (self.directory / relative).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPOSITORY / relative, self.directory / relative)
        for name, text in SOURCES.items():
            self.write(name, text)
        for stamp in (".build-packages", ".lint-packages", ".check-packages", "deps/.headers", "deps/.built-headers",
                      "deps/.libraries", "deps/.built-libraries"):
            self.write(f"build/{stamp}", "")

    def write(self, name, text):
        """Writes a file of the checkout, with the directories above it."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def make(self, *arguments, check=True, user=None, **variables):
        """Runs make and returns its output; `user` is another account's number, `check` requires success."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        environment |= {"CCACHE_DISABLE": "1", **variables}
        done = subprocess.run(["make", *arguments], cwd=self.directory, env=environment, user=user, group=user,
                              text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=60, check=False)
        assert done.returncode == 0 or not check, done.stdout
        return done

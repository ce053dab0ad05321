"""`make help` prints every documented target once, under a heading that names its audience."""

import re
import subprocess

from harness.workspace import REPOSITORY


def documented():
    """Targets with a description in the makefiles."""
    found = []
    for path in [REPOSITORY / "Makefile", *REPOSITORY.glob("*/*.mk"), *REPOSITORY.glob("t*/**/*.mk")]:
        found += re.findall(r"^([a-z_.-]+):.*## ", path.read_text(), re.MULTILINE)
    return found


def test_help_forgets_no_target():
    said = subprocess.run(["make", "--no-print-directory", "help"], cwd=REPOSITORY, capture_output=True, text=True,
                          timeout=30, check=True).stdout
    shown = re.findall(r"^  make ([a-z_.-]+) ", said, re.MULTILINE)
    assert sorted(shown) == sorted(documented())
    headings = re.findall(r"^(\S.*):$", said, re.MULTILINE)
    assert headings[:4] == ["To try it", "For operators", "For contributors", "For maintainers"]
    assert "demo" in said.split("For operators")[0]

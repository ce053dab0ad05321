"""`make help` prints every target that is documented, once, under a heading that says who types it."""

import re
import subprocess

from harness.workspace import REPOSITORY


def documented():
    """Targets with a text, as the makefiles have them."""
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
    assert headings[:4] == ["To look at it", "For owners of NUCs", "For contributors", "For maintainers"]
    assert "demo" in said.split("For owners")[0]

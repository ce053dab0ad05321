"""Every path of the tree that the docs name exists: a commit that renames a file also updates the docs."""

import re

import pytest

from harness.workspace import REPOSITORY

DOCS = sorted(str(path.relative_to(REPOSITORY)) for pattern in ("*.md", "[a-z]*/**/README.md")
              for path in REPOSITORY.glob(pattern) if "build" not in path.relative_to(REPOSITORY).parts)
# In backquotes, starting at a directory of the tree; `<noun>` and `*` match any name.
PATH = re.compile(r"`((?:agent|hal|units|image|tests|tools|\.ci)/[\w./@*<>-]+)[^`]*`")


@pytest.mark.parametrize("document", DOCS)
def test_docs_name_files_that_exist(document):
    named = {re.sub(r"<\w+>", "*", path) for path in PATH.findall((REPOSITORY / document).read_text())}
    # A path may be a prefix of several files, as `hal/hardware/nics` is.
    assert [path for path in sorted(named) if not list(REPOSITORY.glob(path.rstrip("/*") + "*"))] == []


def test_the_docs_name_some():
    text = "".join((REPOSITORY / document).read_text() for document in DOCS)
    assert len(set(PATH.findall(text))) > 50


def test_architecture_names_every_module_of_agent_and_hal():
    text = (REPOSITORY / "ARCHITECTURE.md").read_text()
    modules = {path.stem for room in ("agent", "hal", "tools/cratectl") for path in (REPOSITORY / room).rglob("*.?pp")}
    assert len(modules) > 90
    assert sorted(module for module in modules if not re.search(rf"\b{module}\b", text)) == []


def test_architecture_is_short_enough_to_be_read():
    assert len((REPOSITORY / "ARCHITECTURE.md").read_text().splitlines()) <= 250

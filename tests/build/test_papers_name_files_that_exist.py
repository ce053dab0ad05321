"""Every path of the tree that a paper names is there: a renamed file takes its papers along."""

import re

import pytest

from harness.workspace import REPOSITORY

PAPERS = sorted(path.name for path in REPOSITORY.glob("*.md")) + ["image/README.md"]
# In backquotes, from a directory of the tree on; `<noun>` and `*` stand for any name.
PATH = re.compile(r"`((?:agent|hal|units|image|tests|tools|\.ci)/[\w./@*<>-]+)[^`]*`")


@pytest.mark.parametrize("paper", PAPERS)
def test_papers_name_files_that_exist(paper):
    named = {re.sub(r"<\w+>", "*", path) for path in PATH.findall((REPOSITORY / paper).read_text())}
    # What stands for several files, as `hal/hardware/nics`, stands for all that begin so.
    assert [path for path in sorted(named) if not list(REPOSITORY.glob(path.rstrip("/*") + "*"))] == []


def test_the_papers_name_some():
    text = "".join((REPOSITORY / paper).read_text() for paper in PAPERS)
    assert len(set(PATH.findall(text))) > 50

"""Each suite that `make check` and `make check-long` run is a make target, so a developer can run it alone."""

import re

import pytest

from harness.suites import Suites
from harness.workspace import REPOSITORY


@pytest.mark.parametrize("plan", [[], ["long"]], ids=["check", "check-long"])
def test_every_suite_is_a_target(tmp_path, plan):
    text = "\n".join(path.read_text() for path in [REPOSITORY / "Makefile", *REPOSITORY.glob("image/*.mk"),
                                                   *REPOSITORY.glob("t*/**/*.mk")])
    targets = set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    suites = Suites(tmp_path)
    assert suites.check(*plan).returncode == 0
    assert set(suites.called()) - targets == set()
    assert len(suites.called()) > 5

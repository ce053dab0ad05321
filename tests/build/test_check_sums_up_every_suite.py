"""`make check` ends with the seconds of each suite, what was not run and why, and only the totals on the last line."""

import re

from harness.suites import Suites

UNIT = "echo 'OK (12 tests, 12 ran, 90 checks, 0 ignored, 0 filtered out, 5 ms)'"


def test_check_sums_up_every_suite(tmp_path):
    suites = Suites(tmp_path, unit=UNIT, unit_asan=UNIT, sim="echo '1500 passed, 0 failed'",
                    live="sleep 1; echo '===== 30 passed, 2 skipped in 9.10s ====='", vm="echo '== 4 passed in 3.00s =='")
    done = suites.check()
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert lines[-1] == "1546 passed, 0 failed"
    table = dict(re.findall(r"^([a-z-]+) +(\d+)$", done.stdout, re.MULTILINE))
    assert int(table.pop("total")) >= 1
    assert set(suites.called()) == set(table)
    assert int(table["live"]) >= 1
    (left_out,) = [line for line in lines if line.startswith("not run: ")]
    assert "vm-cluster" in left_out and "make check-long" in left_out


def test_check_long_runs_what_check_leaves_out(tmp_path):
    suites = Suites(tmp_path, sim="echo \"$@\" > seeds; echo '10000 passed, 0 failed'")
    done = suites.check("long")
    assert done.returncode == 0, done.stdout
    assert {"vm-cluster", "sim", "live", "cluster"} <= set(suites.called())
    assert "SEEDS=10000" in (tmp_path / "seeds").read_text()
    assert done.stdout.splitlines()[-1] == "10000 passed, 0 failed"


def test_it_is_the_same_at_a_terminal(tmp_path):
    suites = Suites(tmp_path, unit=UNIT + "; [ ! -t 0 ]")
    done = suites.check(through=("script", "--quiet", "--return", "--command", "tools/check", "/dev/null"))
    assert done.returncode == 0, done.stdout
    assert done.stdout.split()[-4:] == ["12", "passed,", "0", "failed"]

"""A suite that fails in either lane fails the run, its output is shown, and the other lane ends."""

import os
import pathlib
import signal
import subprocess
import time

from harness.suites import Suites

SUMMARY = "echo '===== 1 failed, 5 passed in 9.10s ====='; exit 1"


def runs(file):
    """Whether the process whose number is in the file is alive; a zombie is not."""
    stat = pathlib.Path("/proc", file.read_text().strip(), "stat")
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_suite_in_the_foreground_fails_the_run(tmp_path):
    suites = Suites(tmp_path, live=SUMMARY, unit_asan="echo $$ > process; exec sleep 300")
    done = suites.check()
    assert done.returncode != 0
    assert "'make live' failed" in done.stdout
    assert done.stdout.splitlines()[-1] == "5 passed, 1 failed"
    assert "cluster" not in suites.called()


def test_the_background_lane_ends_with_the_run(tmp_path):
    suites = Suites(tmp_path, live="until [ -e process ]; do sleep 0.1; done; exit 1",
                    unit_asan="echo $$ > process; exec sleep 300")
    suites.check()
    assert not runs(tmp_path / "process")


def test_a_suite_in_the_background_fails_the_run_and_is_shown(tmp_path):
    suites = Suites(tmp_path, unit_asan="echo 'runtime error: what the sanitizer saw'; exit 1",
                    live="until [ -e build/check/unit-asan.result ]; do sleep 0.1; done")
    done = suites.check()
    assert done.returncode != 0
    assert "runtime error: what the sanitizer saw" in done.stdout
    assert "'make unit-asan' failed; see build/check/unit-asan.log" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed"
    assert "cluster" not in suites.called()


def test_machines_that_fail_beside_the_cluster_fail_the_run(tmp_path):
    suites = Suites(tmp_path, vm=SUMMARY)
    done = suites.check()
    assert done.returncode != 0
    assert "'make vm' failed" in done.stdout
    assert done.stdout.splitlines()[-1] == "5 passed, 1 failed"


def test_what_fails_first_runs_first(tmp_path):
    suites = Suites(tmp_path, lint_rules="echo 'agent/x.cpp: a breach'; exit 1")
    done = suites.check()
    assert done.returncode != 0
    assert "a breach" in done.stdout
    assert "live" not in suites.called()
    assert "unit-asan" not in suites.called()


def test_an_interrupt_ends_every_lane(tmp_path):
    waits = "echo $$ > process.$1; exec sleep 300"
    suites = Suites(tmp_path, cluster=waits, vm=waits, unit_asan=waits)
    with subprocess.Popen(["tools/check"], cwd=tmp_path, env=suites.environment(), start_new_session=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        names = ["cluster", "vm", "unit-asan"]
        deadline = time.monotonic() + 30
        while not all((tmp_path / f"process.{name}").exists() for name in names) and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.2)
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(timeout=20) != 0
    assert [name for name in names if runs(tmp_path / f"process.{name}")] == []

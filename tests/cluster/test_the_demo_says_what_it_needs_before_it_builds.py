"""`tools/demo/run` without root, with an unknown option or with --help prints one message and builds nothing."""

import subprocess

from harness.workspace import REPOSITORY


def run(*arguments, around=()):
    return subprocess.run([*around, REPOSITORY / "tools/demo/run", *arguments], capture_output=True, text=True,
                          timeout=10, check=False, stdin=subprocess.DEVNULL)


def test_the_demo_says_what_it_needs_before_it_builds():
    unprivileged = run(around=("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"))
    assert unprivileged.returncode == 1 and unprivileged.stdout == ""
    assert unprivileged.stderr.startswith("demo: needs root, because ") and unprivileged.stderr.count("\n") == 1

    unknown = run("--stnad-in")
    assert unknown.returncode == 2 and unknown.stdout == ""
    assert unknown.stderr == "demo: unknown option --stnad-in; see tools/demo/run --help\n"

    helped = run("--help")
    assert helped.returncode == 0 and helped.stderr == ""
    assert "usage: make demo" in helped.stdout and "building" not in helped.stdout

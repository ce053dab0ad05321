"""The demo reads its commands, and a shell's lines, from a pipe too, and ends when there is no input."""

import subprocess

import pytest

from harness.demo import BOOT
from harness.leftovers import leftovers
from harness.workspace import REPOSITORY

SCRIPT = """shell n1
echo I am $(hostname)
exit
foo
list"""


@pytest.mark.parametrize("start, script, told", [
    pytest.param("exec tools/demo/run --stand-in", SCRIPT,
                 ["I am n1", "demo> foo\nunknown command: foo\n", "demo> list\n"], id="pipes"),
    pytest.param("exec tools/demo/run --stand-in <&-", "", [], id="closed"),
])
def test_the_demo_needs_no_terminal(nothing_shared, start, script, told):
    process = subprocess.Popen(["bash", "-c", start], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, cwd=REPOSITORY, start_new_session=True)
    try:
        output, _ = process.communicate(script, BOOT)
    finally:
        process.terminate()
        process.wait(30)
    assert process.returncode == 0, output
    for words in told:
        assert words in output.partition("Commands:")[2], output
    assert output.endswith("everything is removed\n")
    assert output.count("$ cratectl list-units") == (2 if script else 1)
    assert leftovers(process.pid) == []

"""compile_commands.json has a compile command for each source, and follows a tree that moves."""

import json
import shlex
import shutil
import subprocess

from harness.checkout import SOURCES, Checkout


def test_editors_learn_every_command(tmp_path):
    checkout = Checkout(tmp_path / "here")
    checkout.make("compile_commands.json")
    entries = json.loads((checkout.directory / "compile_commands.json").read_text())
    assert sorted(entry["file"] for entry in entries) == sorted(name for name in SOURCES if name.endswith(".cpp"))
    for entry in entries:
        assert entry["directory"] == str(checkout.directory)
        subprocess.run([*shlex.split(entry["command"]), "-fsyntax-only"], cwd=entry["directory"], timeout=60, check=True)


def test_a_new_source_and_a_new_place_are_followed(tmp_path):
    checkout = Checkout(tmp_path / "here")
    checkout.make("compile_commands.json")
    checkout.write("agent/three.cpp", "// A third.\n")
    checkout.make("compile_commands.json")
    assert "agent/three.cpp" in (checkout.directory / "compile_commands.json").read_text()
    shutil.move(checkout.directory, tmp_path / "there")
    checkout.directory = tmp_path / "there"
    checkout.make("compile_commands.json")
    entries = json.loads((checkout.directory / "compile_commands.json").read_text())
    assert {entry["directory"] for entry in entries} == {str(tmp_path / "there")}

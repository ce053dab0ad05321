"""However a make ends, it leaves only complete files: the next one resumes and compiles only what is missing."""

from harness.checkout import OBJECTS, Checkout

# Writes half an object and half of its dependencies, then kills make, as a power loss would.
DYING = """#!/bin/bash
set -euo pipefail
[ "$1" != -dumpfullversion ] || { echo 12.2.0; exit; }
if [ -e survives ]; then exec g++ "$@"; fi
while [ $# -gt 1 ]; do
    case $1 in
        -o) echo half > "$2" ;;
        -MF) printf 'build/release/agent/one.o: agent/one.cpp \\\\\\n agent/on' > "$2" ;;
        *) ;;
    esac
    shift
done
# make runs a simple command directly and anything else through a shell.
make=$PPID
[ "$(cat /proc/$make/comm)" = make ] || make=$(awk '/^PPid/ { print $2 }' /proc/$make/status)
[ "$(cat /proc/$make/comm)" = make ] && kill -KILL "$make"
sleep 1
"""


def test_a_killed_make_leaves_no_partial_object(tmp_path):
    checkout = Checkout(tmp_path)
    compiler = checkout.write("compiler", DYING)
    compiler.chmod(0o755)
    ended = checkout.make("--jobs=1", f"CXX={compiler}", *OBJECTS, check=False)
    assert ended.returncode != 0
    assert list((tmp_path / "build/release").rglob("*.o")) == []

    checkout.write("survives", "")
    said = checkout.make("--jobs=1", f"CXX={compiler}", *OBJECTS).stdout
    assert "c++ agent/one.cpp" in said
    assert all((tmp_path / name).read_bytes().startswith(b"\x7fELF") for name in OBJECTS)
    # The dependencies are complete too: make notices an edited header.
    checkout.write("agent/one.hpp", "// Its header.\n#pragma once\nconstexpr int kOne = 12;\n")
    assert "c++ agent/one.cpp" in checkout.make(f"CXX={compiler}", *OBJECTS).stdout


def test_an_interrupted_make_goes_on(tmp_path):
    checkout = Checkout(tmp_path)
    compiler = checkout.write("compiler", DYING.replace("kill -KILL", "kill -INT"))
    compiler.chmod(0o755)
    checkout.make("--jobs=1", f"CXX={compiler}", *OBJECTS, check=False)
    assert list((tmp_path / "build/release").rglob("*.o")) == []
    checkout.write("survives", "")
    checkout.make(f"CXX={compiler}", *OBJECTS)

"""The image has no compiler, no package manager and no interpreter but the shell, and no script that needs another."""

ABSENT = "cc gcc g++ c++ clang ld make perl python python3 apt apt-get dpkg rpm snap"
SHELLS = {"/bin/sh", "/bin/bash", "/usr/bin/sh", "/usr/bin/bash"}


def test_there_is_nothing_to_build_or_install_with(machine):
    assert machine.shell("command -v sh") == "/usr/bin/sh"
    assert machine.shell(f"for name in {ABSENT}; do command -v $name; done; true") == ""


def test_every_script_is_a_shell_script(machine):
    first = machine.shell("head -qn1 $(grep -lsIm1 '^#!' /usr/bin/* /usr/sbin/*) | grep '^#!' | sort -u", timeout=180)
    interpreters = {line.removeprefix("#!").split()[0] for line in first.splitlines()}
    assert interpreters and interpreters <= SHELLS

"""bash completes every verb of cratectl, and the manual page describes it."""

import re

from harness.workspace import REPOSITORY, command

CRATECTL = REPOSITORY / "build/cratectl"


def verbs():
    """The verbs that cratectl itself lists."""
    listed = command(CRATECTL, "--help").stdout.split("Subcommands:\n")[1]
    return re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE)


def test_every_verb_is_completed_and_described():
    assert {"status", "forget", "site"} <= set(verbs())
    script = f". {REPOSITORY}/tools/completion/cratectl.bash; COMP_WORDS=(cratectl ''); COMP_CWORD=1; _cratectl; " \
             'printf "%s\\n" "${COMPREPLY[@]}"'
    completed = command("bash", "-c", script).stdout.split()
    page = (REPOSITORY / "tools/man/cratectl.1").read_text().replace("\\-", "-")
    commands = page.split(".SH COMMANDS\n")[1].split(".SH OPTIONS\n")[0]
    described = re.findall(r"^\.TP\n\.B[IR]? ([a-z-]+)", commands, re.MULTILINE)
    for verb in verbs():
        assert verb in completed and verb in described, verb

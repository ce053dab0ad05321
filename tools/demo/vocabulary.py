"""The words of the demo's prompt: what each is for, which other words mean the same, which one was probably meant.

It knows no node and does nothing.
"""

import difflib

HELP = """  list           machines, units, nodes       sql TEXT       ask the database
  status NODE    how it sees itself           logs NODE      the last lines of its journal
  shell NODE     a root shell inside          cratectl ...   as typed on the first node that is on
  kill NODE      take its power away          stop NODE      shut it down in order
  start NODE     switch it on                 restart NODE   stop and start
  unplug NODE    pull its network cable       plug NODE      put it in again
  help           these words                  quit           end, remove everything (as Ctrl-C does)"""

OF_A_NODE = ("status", "logs", "shell", "kill", "stop", "start", "restart", "unplug", "plug")
WORDS = ("list", "sql", *OF_A_NODE, "cratectl", "help", "quit")

_MEANING_THE_SAME = {
    "help": ("?", "h", "man", "commands"),
    "quit": ("exit", "q", "bye", "end", "close", "logout"),
    "list": ("ls", "ps", "nodes", "machines", "units"),
    "status": ("state", "health", "info", "show"),
    "logs": ("log", "journal", "journalctl", "tail"),
    "shell": ("ssh", "bash", "sh", "login", "enter", "exec"),
    "kill": ("crash", "cut"),
    "stop": ("shutdown", "poweroff", "halt", "off", "down"),
    "start": ("boot", "on", "up", "poweron"),
    "restart": ("reboot",),
    "unplug": ("disconnect",),
    "plug": ("connect", "replug"),
}
_MEANT = {other: word for word, others in _MEANING_THE_SAME.items() for other in others}
_STATEMENTS = ("select", "insert", "create", "drop", "delete", "update", "alter", "refresh", "with")


def understand(line):
    """(the word that is meant, the rest of the line); the word is None when there is no such word."""
    said, _, rest = line.strip().partition(" ")
    word = said.lower()
    if word in _STATEMENTS:
        return "sql", line.strip()
    word = _MEANT.get(word, word)
    return (word if word in WORDS else None), rest.strip()


def unknown(line):
    """What to say of a line whose first word is none of ours."""
    said = line.split()[0]
    # Nobody is led to the end of the demo by a guess.
    known = [word for word in [*WORDS, *_MEANT] if _MEANT.get(word, word) != "quit"]
    close = difflib.get_close_matches(said.lower(), known, n=1, cutoff=0.6)
    guess = f"; did you mean {_MEANT.get(close[0], close[0])}?" if close else ""
    return f"unknown: {said}{guess}\nhelp lists the words"


def completions(before, nodes):
    """The words that may stand behind what stands before on the line."""
    if not before.strip():
        return WORDS
    return nodes if understand(before)[0] in OF_A_NODE and len(before.split()) == 1 else ()

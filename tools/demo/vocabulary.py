"""The commands of the demo's prompt: their help, their synonyms, and guesses for mistyped ones.

It only parses: it knows no nodes and runs nothing.
"""

import difflib

HELP = """  list           machines, units, nodes       sql TEXT       query the database
  status NODE    the node's own status        logs NODE      the last lines of its journal
  shell NODE     a root shell inside          cratectl ...   run it on the first running node
  kill NODE      cut its power                stop NODE      shut it down cleanly
  start NODE     switch it on                 restart NODE   stop and start it
  unplug NODE    pull its network cable       plug NODE      plug the cable in again
  help           list these commands          quit           end, remove everything (like Ctrl-C)"""

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
    """(the command, the rest of the line); the command is None if it is unknown."""
    said, _, rest = line.strip().partition(" ")
    word = said.lower()
    if word in _STATEMENTS:
        return "sql", line.strip()
    word = _MEANT.get(word, word)
    return (word if word in WORDS else None), rest.strip()


def unknown(line):
    """The message for a line whose first word is unknown."""
    said = line.split()[0]
    # Never suggest a command that ends the demo.
    known = [word for word in [*WORDS, *_MEANT] if _MEANT.get(word, word) != "quit"]
    close = difflib.get_close_matches(said.lower(), known, n=1, cutoff=0.6)
    guess = f"; did you mean {_MEANT.get(close[0], close[0])}?" if close else ""
    return f"unknown command: {said}{guess}\nhelp lists the commands"


def completions(before, nodes):
    """The words that may follow the given start of the line."""
    if not before.strip():
        return WORDS
    return nodes if understand(before)[0] in OF_A_NODE and len(before.split()) == 1 else ()

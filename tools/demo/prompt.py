"""The line that asks what to do with the nodes. Reads standard input until `quit` or its end."""

import contextlib
import signal
import subprocess
import sys

import tour
from progress import say

_HELP = """  kill NODE     take its power away        start NODE    give it back
  unplug NODE   pull its network cable     plug NODE     put it in again
  list          machines, units, nodes     sql TEXT      ask the database
  shell NODE    a root shell inside        quit          end, remove everything (as Ctrl-C does)"""


class Prompt:
    """One command a line; a command that fails says so and changes nothing."""

    def __init__(self, stage):
        self._stage = stage
        self._commands = {"kill": self._kill, "start": self._start, "unplug": self._unplug, "plug": self._plug,
                          "list": self._list, "sql": self._sql, "shell": self._shell}

    def run(self):
        print(f"Here:\n\n{_HELP}\n", flush=True)
        if sys.stdin.isatty():
            # Arrow keys and a history, where Python was built with it.
            with contextlib.suppress(ImportError):
                __import__("readline")
        while True:
            try:
                line = input("demo> ").strip()
            except EOFError:
                print(flush=True)
                return
            if not sys.stdin.isatty():
                print(line, flush=True)
            word, _, rest = line.partition(" ")
            if word in ("quit", "exit"):
                return
            if word:
                self._do(word, rest.strip())

    def _do(self, word, rest):
        command = self._commands.get(word)
        try:
            if command is None:
                print(_HELP, flush=True)
            else:
                command(rest)
        except (AssertionError, OSError, RuntimeError, ValueError) as error:
            print(f"{word}: {error}", flush=True)

    def _node(self, name):
        node = self._stage.shelf.named(name) if name else None
        if node is None:
            raise ValueError(f"expected one of {', '.join(each.name for each in self._stage.nodes)}, not '{name}'")
        return node

    def _running(self, name):
        node = self._node(name)
        if not node.running:
            raise ValueError(f"{name} is switched off: start {name}")
        return node

    def _any(self):
        """The first node that is switched on."""
        for node in self._stage.nodes:
            if node.running:
                return node
        raise ValueError("every node is switched off: start n1")

    def _kill(self, name):
        node = self._running(name)
        node.power_cut()
        say(f"{node.name} has lost its power")
        self._stage.tell_until_settled(node)

    def _start(self, name):
        node = self._node(name)
        if node.running:
            raise ValueError(f"{name} is switched on")
        self._stage.switch_on(node)
        self._stage.until_ready([node])

    def _unplug(self, name):
        node = self._running(name)
        node.link.unplug()
        say(f"{node.name} is off the network")
        self._stage.tell_until_settled(node)

    def _plug(self, name):
        node = self._running(name)
        node.link.plug()
        self._stage.until_ready([node])

    def _list(self, _):
        tour.show_all(self._any())

    def _sql(self, statement):
        if not statement:
            raise ValueError("expected a statement: sql SELECT name FROM sys.nodes")
        print(tour.answer(self._any(), statement.rstrip("; ")), flush=True)

    def _shell(self, name):
        words = self._running(name).command_line("bash")
        # Ctrl-C is the shell's while it runs. A handler, unlike SIG_IGN, is not inherited.
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            subprocess.run(words, check=False, cwd="/")
        finally:
            signal.signal(signal.SIGINT, before)

"""The line that asks what to do with the nodes: one command a line, until `quit` or the end of the input.

A command that fails says so and changes nothing; one that takes its time says first what it does.
"""

import shlex
import subprocess

import tour
import vocabulary
from keyboard import Keyboard
from progress import say, write
from shell import open_shell


class Prompt:
    """Does what is typed to the nodes of a stage."""

    def __init__(self, stage, forwarder, terminal):
        self._stage, self._forwarder, self._terminal = stage, forwarder, terminal
        names = [node.name for node in stage.nodes]
        self._keyboard = Keyboard(terminal, lambda before: vocabulary.completions(before, names))
        self._commands = {"list": self._list, "sql": self._sql, "cratectl": self._cratectl, "status": self._status,
                          "logs": self._logs, "shell": self._shell, "kill": self._kill, "stop": self._stop,
                          "start": self._start, "restart": self._restart, "unplug": self._unplug, "plug": self._plug,
                          "help": lambda _: write(vocabulary.HELP)}

    def run(self):
        write(f"Here:\n\n{vocabulary.HELP}\n")
        while (line := self._keyboard.line()) is not None:
            if not line.strip():
                continue
            word, rest = vocabulary.understand(line)
            if word == "quit":
                return
            if word is None:
                write(vocabulary.unknown(line))
            else:
                self._do(word, rest)

    def _do(self, word, rest):
        try:
            self._commands[word](rest)
        except subprocess.TimeoutExpired as error:
            write(f"{word}: it took longer than {error.timeout:.0f} s and was ended")
        except (AssertionError, OSError, RuntimeError, ValueError) as error:
            write(f"{word}: {error}")

    # ---- which node is meant ----------------------------------------------------------------------------

    def _node(self, name):
        node = self._stage.shelf.named(name.lower())
        if node is None:
            names = ", ".join(each.name for each in self._stage.nodes)
            raise ValueError(f"expected one of {names}" + (f", not '{name}'" if name else ""))
        return node

    def _running(self, name):
        node = self._node(name)
        if not node.running:
            raise ValueError(f"{node.name} is switched off: start {node.name}")
        return node

    def _any(self):
        """The first node that is on, one on the network if there is one."""
        running = [node for node in self._stage.nodes if node.running]
        if not running:
            raise ValueError(f"every node is switched off: start {self._stage.nodes[0].name}")
        return next(iter(self._stage.reachable()), running[0])

    # ---- looking ----------------------------------------------------------------------------------------

    def _list(self, _):
        tour.show_all(self._stage, self._any())

    def _sql(self, statement):
        if not statement:
            raise ValueError("expected a statement: sql SELECT name FROM sys.nodes")
        write(tour.answer(self._any(), statement.rstrip("; ")))

    def _cratectl(self, arguments):
        tour.ask_cratectl(self._stage, self._any(), *shlex.split(arguments))

    def _status(self, name):
        if name:
            node = self._running(name)
            tour.show_status(self._stage, node, self._forwarder.url(node))
            return
        for node in self._stage.nodes:
            write(f"{node.name}: {self._stage.state(node)}")

    def _logs(self, name):
        tour.show_logs(self._stage, self._running(name))

    def _shell(self, name):
        node = self._running(name)
        open_shell(node, self._terminal)
        if not node.running:
            say(f"{node.name} went off, and the shell with it")

    # ---- breaking and mending ---------------------------------------------------------------------------

    def _kill(self, name):
        node = self._running(name)
        say(f"cutting the power of {node.name}")
        node.power_cut()
        say(f"{node.name} has lost its power")
        self._stage.tell_until_settled(node)

    def _stop(self, name):
        self._switch_off(self._running(name))

    def _switch_off(self, node):
        say(f"{node.name} shuts down in order: agent, database, Docker, systemd; this takes a few seconds")
        self._stage.switch_off(node)
        say(f"{node.name} is off")
        self._stage.tell_until_settled(node)

    def _start(self, name):
        node = self._node(name)
        if node.running:
            raise ValueError(f"{node.name} is switched on; it says: {self._stage.state(node)}")
        self._switch_on(node)

    def _switch_on(self, node):
        say(f"{node.name} boots")
        self._stage.switch_on(node)
        self._stage.until_ready([node])

    def _restart(self, name):
        node = self._running(name)
        self._switch_off(node)
        self._switch_on(node)

    def _unplug(self, name):
        node = self._running(name)
        if self._stage.is_unplugged(node):
            raise ValueError(f"{node.name} is unplugged: plug {node.name}")
        self._stage.unplug(node)
        say(f"{node.name} is off the network")
        self._stage.tell_until_settled(node)

    def _plug(self, name):
        node = self._running(name)
        self._stage.plug(node)
        say(f"{node.name} is on the network")
        self._stage.until_ready([node])

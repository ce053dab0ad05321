"""The demo's prompt: one command per line, until `quit` or the end of the input.

A command that fails says so and changes nothing; a command that takes long first says what it does.
"""

import shlex
import subprocess

import tour
import vocabulary
from keyboard import Keyboard
from progress import say, write
from shell import open_shell


class Prompt:
    """Runs the commands that the user types on the nodes of a stage."""

    def __init__(self, stage, forwarder, terminal):
        self._stage, self._forwarder, self._terminal = stage, forwarder, terminal
        names = [node.name for node in stage.nodes]
        self._keyboard = Keyboard(terminal, lambda before: vocabulary.completions(before, names))
        self._commands = {"list": self._list, "sql": self._sql, "cratectl": self._cratectl, "status": self._status,
                          "logs": self._logs, "shell": self._shell, "kill": self._kill, "stop": self._stop,
                          "start": self._start, "restart": self._restart, "unplug": self._unplug, "plug": self._plug,
                          "help": lambda _: write(vocabulary.HELP)}

    def run(self):
        write(f"Commands:\n\n{vocabulary.HELP}\n")
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
            write(f"{word}: timed out after {error.timeout:.0f} s")
        except (AssertionError, OSError, RuntimeError, ValueError) as error:
            write(f"{word}: {error}")

    # ---- choosing a node --------------------------------------------------------------------------------

    def _node(self, name):
        node = self._stage.cluster.named(name.lower())
        if node is None:
            names = ", ".join(each.name for each in self._stage.nodes)
            raise ValueError(f"expected one of {names}" + (f"; found '{name}'" if name else ""))
        return node

    def _running(self, name):
        node = self._node(name)
        if not node.running:
            raise ValueError(f"{node.name} is switched off; run: start {node.name}")
        return node

    def _any(self):
        """The first running node, preferably one on the network."""
        running = [node for node in self._stage.nodes if node.running]
        if not running:
            raise ValueError(f"all nodes are switched off; run: start {self._stage.nodes[0].name}")
        return next(iter(self._stage.reachable()), running[0])

    # ---- inspecting -------------------------------------------------------------------------------------

    def _list(self, _):
        tour.show_all(self._stage, self._any())

    def _sql(self, statement):
        if not statement:
            raise ValueError("expected a statement, for example: sql SELECT name FROM sys.nodes")
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
            say(f"{node.name} went down, so its shell ended")

    # ---- breaking and repairing -------------------------------------------------------------------------

    def _kill(self, name):
        node = self._running(name)
        say(f"cutting the power of {node.name}")
        node.power_cut()
        say(f"{node.name} has lost power")
        self._stage.tell_until_settled(node)

    def _stop(self, name):
        self._switch_off(self._running(name))

    def _switch_off(self, node):
        say(f"shutting down {node.name}: agent, database, Docker, systemd; this takes a few seconds")
        self._stage.switch_off(node)
        say(f"{node.name} is off")
        self._stage.tell_until_settled(node)

    def _start(self, name):
        node = self._node(name)
        if node.running:
            raise ValueError(f"{node.name} is already switched on; its status: {self._stage.state(node)}")
        self._switch_on(node)

    def _switch_on(self, node):
        say(f"booting {node.name}")
        self._stage.switch_on(node)
        self._stage.until_ready([node])

    def _restart(self, name):
        node = self._running(name)
        self._switch_off(node)
        self._switch_on(node)

    def _unplug(self, name):
        node = self._running(name)
        if self._stage.is_unplugged(node):
            raise ValueError(f"{node.name} is already unplugged; to reconnect it, run: plug {node.name}")
        self._stage.unplug(node)
        say(f"{node.name} is off the network")
        self._stage.tell_until_settled(node)

    def _plug(self, name):
        node = self._running(name)
        self._stage.plug(node)
        say(f"{node.name} is on the network")
        self._stage.until_ready([node])

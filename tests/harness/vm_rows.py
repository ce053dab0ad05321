"""Rows of a virtual machine: written from outside, each with the position in the disk's log when it was acknowledged.

So for any moment of that log the tests know which rows must exist. No row is written twice or deleted.
"""

import base64
import contextlib
import http.client
import itertools
import json
import threading

from .standin import Connection

_USER = {"user": "writer", "password": "writer"}


class VmRows:
    """The rows of one machine for its life: (number, size of the log) of all that were acknowledged."""

    def __init__(self, machine):
        self._machine = machine
        self._numbers = itertools.count()
        self._table = False
        self.acknowledged = []

    def _connect(self, machine=None):
        return Connection((machine or self._machine).port("sql"), **_USER)

    def prepare(self):
        """Creates the table and a user for remote access, locally on the machine, because the database trusts that."""
        if self._table:
            return
        for statement in ("CREATE USER writer WITH (password = 'writer')", "GRANT ALL PRIVILEGES TO writer",
                          "CREATE TABLE t (id INTEGER)"):
            body = json.dumps({"stmt": statement})
            request = base64.b64encode(
                f"POST /_sql HTTP/1.1\r\nHost: node\r\nConnection: close\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()).decode()
            said = self._machine.shell(f"bash -c 'exec 3<>/dev/tcp/127.0.0.1/4200; "
                                       f"echo {request} | base64 -d >&3; cat <&3'")
            if " 200 " not in said:
                raise AssertionError(f"expected '{statement}' to succeed; the database answered: {said}")
        self._table = True

    def write(self, count):
        """Inserts rows, each of which must be acknowledged."""
        self.prepare()
        connection = self._connect()
        for _ in range(count):
            answer = self._insert(connection)
            assert answer.status == 200, answer.text
        connection.close()

    def _insert(self, connection):
        number = next(self._numbers)
        answer = connection.sql(f"INSERT INTO t (id) VALUES ({number})")
        if answer.status == 200:
            self.acknowledged.append((number, self._machine.log.stat().st_size))
        return answer

    @contextlib.contextmanager
    def writing(self):
        """Inserts rows while the block runs, whatever happens to the machine."""
        self.prepare()
        end = threading.Event()
        writer = threading.Thread(target=self._write, args=(end,), daemon=True)
        writer.start()
        try:
            yield self
        finally:
            end.set()
            writer.join(30)

    def _write(self, end):
        connection = self._connect()
        while not end.is_set():
            try:
                if self._insert(connection).status == 200:
                    continue
            except (OSError, http.client.HTTPException):
                connection.close()
                connection = self._connect()
            end.wait(0.2)
        connection.close()

    def settled(self):
        """Call it when a new log starts: all rows so far are on the initial disk."""
        self.acknowledged = [(number, 0) for number, _ in self.acknowledged]

    def until(self, position):
        """The numbers that were acknowledged before the log had this size."""
        return {number for number, size in self.acknowledged if size <= position}

    def all(self):
        """All numbers that were acknowledged."""
        return {number for number, _ in self.acknowledged}

    def found(self, machine=None):
        """The numbers that the machine finds, or another machine of its cluster."""
        return numbers(self._connect(machine))


def numbers(connection):
    """The numbers in the database's table."""
    answer = connection.sql("REFRESH TABLE t")
    assert answer.status == 200, answer.text
    answer = connection.sql("SELECT id FROM t")
    assert answer.status == 200, answer.text
    return {row[0] for row in answer.json()["rows"]}

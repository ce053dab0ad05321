"""Decides when a waiting command reports what it waits for: after a moment, after each change, and at intervals.

It measures and prints; the caller defines what it waits for.
"""

import time

from progress import say

_FIRST = 2  # seconds of silence that no user finds long
_AGAIN = 15
_LOOK = 0.5  # each query of a node starts a process


class Patience:
    """`limit` is the number of seconds after which something that looks lost counts as lost; None means never."""

    def __init__(self, limit=None):
        self._limit = limit
        self._since = {}  # by name: (its text, since when)
        self._said = {}  # by name: (the text we printed, when)
        self._lost_since = None
        self._next_look = 0.0

    def is_lost(self, ask):
        """`ask` returns (name, text, whether that is final) for everything still waited for. Prints final texts at once;
        returns true when all of them have been final for `limit` seconds. Cheap to call often."""
        now = time.monotonic()
        if now < self._next_look:
            return False
        self._next_look = now + _LOOK
        waiting = ask()
        for who, words, is_final in waiting:
            if self._since.get(who, ("", 0))[0] != words:
                self._since[who] = (words, now)
            self._speak(who, words, now, 0 if is_final else _FIRST)
        if not waiting or not all(is_final for *_, is_final in waiting):
            self._lost_since = None
            return False
        self._lost_since = self._lost_since or now
        return self._limit is not None and now - self._lost_since >= self._limit

    def _speak(self, who, words, now, quiet):
        said, when = self._said.get(who, ("", None))
        if now - self._since[who][1] >= quiet and (said != words or now - when >= _AGAIN):
            self._said[who] = (words, now)
            say(f"  {who}: {words}")

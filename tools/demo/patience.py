"""When a command that waits says for what: after a moment at first, then when that changes, then now and then.

It measures and prints; what is waited for is others' business.
"""

import time

from progress import say

_FIRST = 2  # seconds without a word that nobody finds long
_AGAIN = 15
_LOOK = 0.5  # asking a node for its words costs a process


class Patience:
    """`limit` is how long something may look lost until it is; None means for ever."""

    def __init__(self, limit=None):
        self._limit = limit
        self._since = {}  # by who: (what was said, since when)
        self._said = {}  # by who: (what we said of it, when)
        self._lost_since = None
        self._next_look = 0.0

    def is_lost(self, ask):
        """`ask` returns (who, what it says, whether that is final) of all that is waited for. What is final is said at
        once; true when all of it is for long. It may be called as often as one likes."""
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

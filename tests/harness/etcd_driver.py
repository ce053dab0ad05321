"""Drives hal's etcd client (build/etcd_driver) from a test: one call in, one result out."""

import json

from .driver import Driver
from .stopwatch import Stopwatch


class EtcdDriver(Driver):
    """One client with its options. A result has "ms" and either "ok" or "error", "category", "code"."""

    def __init__(self, *endpoints, **options):
        """`options`: ca, cert, key, user, password, deadlineMs."""
        words = {name: str(value) if name in ("ca", "cert", "key") else value for name, value in options.items()}
        super().__init__("etcd_driver", json.dumps({"endpoints": list(endpoints), **words}))

    def call(self, verb, **fields):
        """The result of a call; "ms" excludes stolen time."""
        watch = Stopwatch()
        self.send(verb, **fields)
        result = self.result()
        result["ms"] -= 1000 * watch.stolen()
        return result

    def ok(self, verb, **fields):
        """The value of a call that must succeed."""
        result = self.call(verb, **fields)
        assert "ok" in result, result
        return result["ok"]

    def error(self, verb, **fields):
        """The result of a call that must fail."""
        result = self.call(verb, **fields)
        assert "error" in result, result
        return result

"""A TCP proxy that counts connections and simulates a bad network: it drops or delays answers, goes silent, or cuts."""

import collections
import contextlib
import selectors
import socket
import threading
import time


class Proxy:
    """Listens on an address and forwards to a port of it. Use it as a context manager.

    The switches can change at any time: `swallow_answers` drops the server's answers, `silent` drops everything in both
    directions while connections stay open, `delay` is the extra delay of an answer in seconds.
    """

    def __init__(self, port, address="127.0.0.1", namespace=None):
        """`namespace` is a netns.Namespace for both sides; for a loopback address the target is 127.0.0.1."""
        self._target = ("127.0.0.1" if address.startswith("127.") else address, port)
        self._namespace = namespace
        self.address = address
        with self._entered():
            self._listener = socket.create_server((address, 0))
        self.port = self._listener.getsockname()[1]
        self.accepted = 0
        self.swallow_answers = self.silent = False
        self.delay = 0.0
        self._late = collections.deque()  # (when it is due, socket, bytes), in the order of arrival
        self._cut = False
        self._stop, self._wake = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _entered(self):
        return self._namespace.entered() if self._namespace else contextlib.nullcontext()

    @property
    def endpoint(self):
        """The proxy as an etcd client URL."""
        return f"http://{self.address}:{self.port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.close()
        self._thread.join(5)
        self._listener.close()
        self._wake.close()

    def cut(self):
        """Closes all connections now; new ones are accepted."""
        self._cut = True
        self._stop.send(b"c")

    def _run(self):
        with self._entered(), selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ, None)
            selector.register(self._wake, selectors.EVENT_READ, None)
            while True:
                for key, _ in selector.select(0.01 if self._late else None):
                    if key.fileobj is self._wake:
                        if not self._wake.recv(64):
                            self._close_all(selector)
                            return
                    elif key.fileobj is self._listener:
                        self._accept(selector)
                    else:
                        self._forward(selector, key.fileobj, *key.data)
                self._deliver()
                if self._cut:
                    self._cut = False
                    self._close_all(selector)

    def _accept(self, selector):
        client, _ = self._listener.accept()
        self.accepted += 1
        try:
            server = socket.create_connection(self._target)
        except OSError:
            client.close()
            return
        selector.register(client, selectors.EVENT_READ, (server, False))
        selector.register(server, selectors.EVENT_READ, (client, True))

    def _forward(self, selector, source, other, from_server):
        data = b""
        with contextlib.suppress(OSError):
            data = source.recv(65536)
        if data:
            if from_server and self.delay:
                self._late.append((time.monotonic() + self.delay, other, data))
            elif not self.silent and not (from_server and self.swallow_answers):
                with contextlib.suppress(OSError):
                    other.sendall(data)
            return
        for end in (source, other):
            with contextlib.suppress(KeyError, ValueError):
                selector.unregister(end)
            end.close()

    def _deliver(self):
        while self._late and self._late[0][0] <= time.monotonic():
            _, other, data = self._late.popleft()
            with contextlib.suppress(OSError):
                other.sendall(data)

    @staticmethod
    def _close_all(selector):
        for key in list(selector.get_map().values()):
            if key.data is not None:
                selector.unregister(key.fileobj)
                key.fileobj.close()

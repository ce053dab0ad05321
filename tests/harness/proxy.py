"""A TCP proxy on loopback that counts connections and can swallow answers: a network that loses the reply."""

import contextlib
import selectors
import socket
import threading


class Proxy:
    """Listens on a loopback address and forwards to 127.0.0.1:port. Use it as a context manager."""

    def __init__(self, port, address="127.0.0.1"):
        self._target = ("127.0.0.1", port)
        self.address = address
        self._listener = socket.create_server((address, 0))
        self.port = self._listener.getsockname()[1]
        self.accepted = 0
        self.swallow_answers = False
        self._stop, self._wake = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def endpoint(self):
        """As an etcd client URL."""
        return f"http://{self.address}:{self.port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.close()
        self._thread.join(5)
        self._listener.close()
        self._wake.close()

    def _run(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ, None)
            selector.register(self._wake, selectors.EVENT_READ, None)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._wake:
                        self._close_all(selector)
                        return
                    if key.fileobj is self._listener:
                        self._accept(selector)
                    else:
                        self._forward(selector, key.fileobj, *key.data)

    def _accept(self, selector):
        client, _ = self._listener.accept()
        self.accepted += 1
        server = socket.create_connection(self._target)
        selector.register(client, selectors.EVENT_READ, (server, False))
        selector.register(server, selectors.EVENT_READ, (client, True))

    def _forward(self, selector, source, other, from_server):
        data = b""
        with contextlib.suppress(OSError):
            data = source.recv(65536)
        if data:
            if not (from_server and self.swallow_answers):
                with contextlib.suppress(OSError):
                    other.sendall(data)
            return
        for end in (source, other):
            with contextlib.suppress(KeyError, ValueError):
                selector.unregister(end)
            end.close()

    @staticmethod
    def _close_all(selector):
        for key in list(selector.get_map().values()):
            if key.data is not None:
                key.fileobj.close()

"""A TCP or unix server for tests: a function of the test answers each connection."""

import contextlib
import socket
import threading


class ScriptedServer:
    """Calls `answer(connection, request)` in a thread for each connection, with the request up to its blank line
    and its body; closes the connection afterwards. Use it as a context manager."""

    def __init__(self, answer, path=None):
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self._listener.bind(str(path) if path else ("127.0.0.1", 0))
        self._listener.listen(256)
        self.port = None if path else self._listener.getsockname()[1]
        self.accepted = 0
        self._connections = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self):
        """The URL of the root."""
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Closes the listener and every connection at once, as when a process ends."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_connections()

    def drop_connections(self):
        """Closes every connection; the listener stays."""
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._connections.clear()

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.accepted += 1
                self._connections.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                data = connection.recv(65536)
                if not data:
                    return
                request += data
            length = [line for line in request.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            head, body = request.split(b"\r\n\r\n", 1)
            while length and len(body) < int(length[0].split(b":")[1]):
                body += connection.recv(65536)
            self._answer(connection, head + b"\r\n\r\n" + body)
            connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def reply(body=b"ok", status="200 OK", headers=b""):
    """A function that answers every request the same and closes."""
    def answer(connection, _request):
        connection.sendall(b"HTTP/1.1 " + status.encode() + b"\r\nContent-Length: " + str(len(body)).encode()
                           + b"\r\n" + headers + b"\r\n" + body)
    return answer


def raw(data):
    """A function that answers every request with these bytes and closes."""
    return lambda connection, _request: connection.sendall(data)

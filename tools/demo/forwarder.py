#!/usr/bin/python3 -B
"""Makes the agents' pages visible to a browser: one loopback port of this machine per node, forwarded to its port 4480.

The listening sockets belong to the machine; a separate process in the nodes' network forwards the bytes, so that no
route leads there. It listens on 127.0.0.1 only, and closes the connection if the node is off or does not answer.
"""

import asyncio
import contextlib
import socket
import sys

_PREFERRED = 4480  # plus the number of the node
_CONNECTIONS = 64
_CONNECT_TIMEOUT = 1
_IDLE_TIMEOUT = 60
_AGENT = 4480


class Forwarder:
    """One loopback port per node."""

    def __init__(self, workspace, network, nodes):
        listeners = [_listen(_PREFERRED + number) for number in range(1, len(nodes) + 1)]
        self._ports = {node.name: listener.getsockname()[1] for node, listener in zip(nodes, listeners)}
        words = [f"{listener.fileno()}:{node.address}" for node, listener in zip(nodes, listeners)]
        with open(workspace.directory / "forwarder.log", "wb") as log:
            workspace.spawn([sys.executable, "-B", __file__, *words], "forwarder", network=network.hub.path,
                            stdout=log, stderr=log, pass_fds=[listener.fileno() for listener in listeners])
        for listener in listeners:
            listener.close()

    def url(self, node, path="/health"):
        """The URL of a node's page for a browser on this machine."""
        return f"http://127.0.0.1:{self._ports[node.name]}{path}"

    def port(self, node):
        """The port of a node on this machine's loopback."""
        return self._ports[node.name]


def _listen(preferred):
    try:
        return socket.create_server(("127.0.0.1", preferred))
    except OSError:  # in use, perhaps by another demo
        return socket.create_server(("127.0.0.1", 0))


class _Carrier:
    """Forwards connections of all sockets."""

    def __init__(self):
        self._count = 0

    async def serve(self, descriptor, address):
        async def carry(reader, writer):
            await self._carry(reader, writer, address)

        server = await asyncio.start_server(carry, sock=socket.socket(fileno=descriptor))
        await server.serve_forever()

    async def _carry(self, reader, writer, address):
        self._count += 1
        try:
            if self._count <= _CONNECTIONS:
                await self._exchange(reader, writer, address)
            writer.close()
            with contextlib.suppress(OSError, asyncio.TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), _IDLE_TIMEOUT)
        finally:
            self._count -= 1
            writer.transport.abort()

    @staticmethod
    async def _exchange(reader, writer, address):
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            connecting = asyncio.open_connection(address, _AGENT)
            node_reader, node_writer = await asyncio.wait_for(connecting, _CONNECT_TIMEOUT)
            try:
                await asyncio.gather(_pour(reader, node_writer), _pour(node_reader, writer))
            finally:
                node_writer.transport.abort()


async def _pour(reader, writer):
    """Forwards one direction until it ends."""
    while data := await asyncio.wait_for(reader.read(65536), _IDLE_TIMEOUT):
        writer.write(data)
        await asyncio.wait_for(writer.drain(), _IDLE_TIMEOUT)
    writer.write_eof()


async def _main(words):
    carrier = _Carrier()
    pairs = [word.partition(":") for word in words]
    await asyncio.gather(*(carrier.serve(int(descriptor), address) for descriptor, _, address in pairs))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))

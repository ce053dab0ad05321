"""A TLS 1.3 server that requires a client certificate may close before reading the request; the error still says TLS."""

import socket
import ssl
import struct
import threading

from harness.etcd import Certificates
from harness.etcd_driver import EtcdDriver

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def serve(listener, context, spoken):
    """Completes the handshake and resets, like a server whose reset overtook its refusal."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with context.wrap_socket(connection, server_side=True) as secure:
            spoken.append(secure.version())
            secure.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)


def test_the_handshake_and_the_missing_certificate_are_named(workspace):
    certificates = Certificates(workspace.make_directory("certificates"), "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.server, certificates.server_key)
    spoken = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener, context, spoken), daemon=True).start()
        with EtcdDriver(f"https://127.0.0.1:{listener.getsockname()[1]}", ca=certificates.ca) as client:
            error = client.error("range", range="/a")["error"]
        listener.shutdown(socket.SHUT_RDWR)
    assert "TLS failed: the server ended the connection right after the handshake" in error
    assert "no client certificate" in error
    assert set(spoken) == {"TLSv1.3"}

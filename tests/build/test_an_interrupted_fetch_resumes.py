"""Ctrl-C in the middle of a download leaves nothing behind that breaks the next attempt."""

import functools
import http.server
import os
import signal
import threading

import pytest


class Slow(http.server.SimpleHTTPRequestHandler):
    """Serves half of the source package, then waits for the test's signal."""

    asked = threading.Event()
    go_on = threading.Event()

    def copyfile(self, source, outputfile):
        content = source.read()
        if self.path.endswith(".tar.xz") and not self.go_on.is_set():
            outputfile.write(content[:len(content) // 2])
            outputfile.flush()
            self.asked.set()
            self.go_on.wait(30)
        else:
            outputfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture(name="slow")
def serve(mirror):
    Slow.asked.clear()
    Slow.go_on.clear()
    with http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Slow, directory=str(mirror.directory))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        Slow.go_on.set()
        server.shutdown()


def test_the_next_try_is_whole(build, slow):
    (build.directory / "sources.list").write_text(f"deb {slow} bookworm main\n")
    with build.start("fetch-packages", "--fetch", build.prefix / "apt", "libraries") as process:
        assert Slow.asked.wait(30)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode != 0
    Slow.go_on.set()
    build.fetch()
    assert (build.unpacked("tiny") / "content").read_text() == "tiny\n"

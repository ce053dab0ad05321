"""A browser on the machine reaches each running node of the demo at its own loopback port."""

import json
import re
import socket
import subprocess
import time

from harness.wait import wait_until


def ports(demo):
    """The port of each node, as the demo prints them."""
    line = next(line for line in demo.lines if "http://127.0.0.1:" in line)
    return [int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)/|(\d+) is n", line) for port in port if port]


def curl(port, path="/health"):
    return subprocess.run(["curl", "--silent", "--max-time", "10", "--write-out", "\n%{http_code}",
                           f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=False)


def is_silent(port):
    """Whether the port refuses or closes a connection within two seconds, without a byte."""
    start = time.monotonic()
    answer = curl(port)
    return answer.returncode in (7, 52, 56) and time.monotonic() - start < 2


def test_health_of_the_demo_opens_on_loopback(demo):
    found = ports(demo)
    assert len(found) == 4
    for number, port in enumerate(found, 1):
        answer = curl(port)
        assert json.loads(answer.stdout.rpartition("\n")[0])["checks"] and answer.stdout.endswith("200"), answer
        assert json.loads(curl(port, "/v1/node").stdout.rpartition("\n")[0])["name"] == f"n{number}"

    # Only on loopback.
    listening = subprocess.run(["ss", "-Hltn", f"sport = :{found[0]}"], check=True, capture_output=True, text=True)
    assert [line.split()[3] for line in listening.stdout.splitlines()] == [f"127.0.0.1:{found[0]}"]

    # After a hundred idle clients have left, new clients are served.
    idle = [socket.create_connection(("127.0.0.1", found[1])) for _ in range(100)]
    for each in idle:
        each.close()
    wait_until(lambda: curl(found[1]).stdout.endswith("200"), 5, "an answer after the crowd")

    demo.do("kill n1")
    assert is_silent(found[0])
    assert curl(found[2]).stdout.endswith("200")
    demo.do("start n1")
    assert curl(found[0]).stdout.endswith("200")

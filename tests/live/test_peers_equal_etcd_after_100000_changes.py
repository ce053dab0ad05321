"""After a hundred thousand announcements, compactions and cut connections the file matches etcd."""

import json
import time

import pytest

from harness.proxy import Proxy
from harness.untouched import hosts, nothing_is_touched

PEERS, CHANGES = 95, 100_000


def record(number, change):
    """The announcement of a peer: another address at each change."""
    return {"v": 1, "name": f"peer{number}", "boot_id": "b", "address": f"10.99.{change % 250}.{number + 1}",
            "endpoints": {"transport": 4300 + change // 250}}


@pytest.mark.long
def test_peers_equal_etcd_after_100000_changes(make_agent, make_etcd, network):
    etcd = make_etcd(namespace=network.hub, address=network.ADDRESS)
    with Proxy(etcd.port, network.ADDRESS, network.hub) as proxy:
        node = make_agent("n1", etcd, config=f"[Etcd]\nEndpoints=\nEndpoints={proxy.endpoint}\n").boot().until_ready()
        own = hosts(node)
        lease = etcd.call("/v3/lease/grant", {"TTL": 3600})["ID"]
        start = time.monotonic()
        with nothing_is_touched(node):
            for change in range(-(-CHANGES // PEERS)):
                etcd.change(*((f"/cratekeeper/crate/nodes/{number:032x}", json.dumps(record(number, change)), lease)
                              for number in range(PEERS)))
                if change % 100 == 50:
                    etcd.compact()
                if change % 100 == 99:
                    proxy.cut()
            print(f"{time.monotonic() - start:.0f} s for {(change + 1) * PEERS} changes")
            wanted = {f"{each['address']}:{each['endpoints']['transport']}"
                      for each in (record(number, change) for number in range(PEERS))}
            node.wait_for(lambda: hosts(node) == own | wanted, 10, lambda: f"no {hosts(node) ^ (own | wanted)}")
        assert len(etcd.get("/cratekeeper/crate/nodes/0000", prefix=True)) == PEERS
        assert proxy.accepted > 20, "the agent was cut off and came back"

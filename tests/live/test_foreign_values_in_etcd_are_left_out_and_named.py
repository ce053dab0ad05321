"""The agent names each manually written value under its keys once, with the next step, and ignores it."""

import json
import time

from harness.untouched import announced_again, hosts, nothing_is_touched, until_etcd_warns

PREFIX = "/cratekeeper/crate/"
PEER = {"v": 1, "name": "n2", "boot_id": "b", "address": "10.0.0.2", "endpoints": {"transport": 4300}}


def values(lease):
    """Key, value and lease of every invalid entry."""
    def node(key, **changes):
        return (PREFIX + f"nodes/{key}", json.dumps({**PEER, **changes}), lease)

    yield from [node("port", endpoints={"transport": 99999}), node("version", v=7),
                node("address", address="10.0.0.\n2"), node("name", name="n2\n<0>forged"), node(""), node("a b"), node("number", name=5)]
    yield PREFIX + "nodes/by-hand", json.dumps(PEER)
    yield PREFIX + "nodes/large", "x" * 1_400_000
    yield PREFIX + "nodes/bytes", b"\xff\xfe\x00"
    yield b"/cratekeeper/crate/nodes/\xff\n<0>forged", "x"
    yield PREFIX + "members/slot", '{"v": 1, "name": "n9", "slot": 4294967297}'
    yield "/services/crate/odd", "4200"


def test_foreign_values_in_etcd_are_left_out_and_named(make_agent):
    node = make_agent("n1").boot().until_ready()
    announced_again(node, within=10)
    agent = node.properties("cratekeeper.service", "MainPID")
    lease = node.etcd.call("/v3/lease/grant", {"TTL": 600})["ID"]
    with nothing_is_touched(node):
        for each in values(lease):
            node.etcd.change(each)
        until_etcd_warns(node, "correct or delete the key with etcdctl")
        # The owner of these keys rewrites them.
        node.etcd.put(PREFIX + f"nodes/{node.machine_id}", json.dumps({**PEER, "name": "n1"}))
        node.etcd.put("/services/crate/n1", "foreign")
        node.wait_for(lambda: node.etcd.lease_of("/services/crate/n1"), 5, "the endpoint to be ours again")
        assert node.etcd.lease_of(PREFIX + f"nodes/{node.machine_id}")
        node.etcd.etcdctl("del", PREFIX + "nodes/large")
        # Ten thousand more, and three that make the answer too long.
        for start in range(0, 10_000, 100):
            node.etcd.change(*((PREFIX + f"nodes/junk{number:05}", "by hand") for number in range(start, start + 100)))
        node.wait_for(lambda: "values are malformed" in node.journal("cratekeeper.service"), 10, "the flood in the log")
        time.sleep(3)
        for number in range(3):
            node.etcd.change((PREFIX + f"nodes/large{number}", "x" * 1_400_000))
        until_etcd_warns(node, "delete what is not cratekeeper's")
        assert node.properties("cratekeeper.service", "MainPID") == agent
        assert "10.0.0.2:4300" not in hosts(node)
        log = node.journal("cratekeeper.service", 2000, "--output=cat")
        for key in ("port", "version", "large", "bytes", "by-hand", "a b", "??<0>forged"):
            said = [line for line in log.splitlines() if f"nodes/{key}: ignored" in line]
            assert len(said) == 1, (key, said)
        assert not [line for line in log.splitlines() if line.startswith("forged")]
        node.etcd.etcdctl("del", "--prefix", PREFIX + "nodes/")
        node.etcd.etcdctl("del", PREFIX + "members/slot")
        node.etcd.etcdctl("del", "/services/crate/odd")
        announced_again(node, within=40)

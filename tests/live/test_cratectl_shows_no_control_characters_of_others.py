"""Whatever another node wrote into etcd: cratectl prints one clean row for each node, and valid JSON."""

import json
import re

from harness.untouched import announced_again

PREFIX = "/cratekeeper/crate/"
NODE = {"v": 1, "id": "\x1b[2Jn2", "name": "n2", "boot_id": "b", "address": "10.0.0.2", "endpoints": {"transport": 4300},
        "capacity": {"threads": "\u009b31m"},
        "unit": {"name": "\x1b]0;pwned\x07\x1b[2J", "active": "active\nfake@1.service  x  active  running", "sub": "\u202esub"}}
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


UNITS = (NODE["unit"], [1], "x", None, {"name": [[1]]})


def test_cratectl_shows_no_control_characters_of_others(make_agent):
    node = make_agent("n1").boot().until_ready()
    announced_again(node, within=10)
    lease = node.etcd.call("/v3/lease/grant", {"TTL": 600})["ID"]
    for unit in UNITS:
        node.etcd.change((PREFIX + "nodes/" + "2" * 32, json.dumps({**NODE, "unit": unit}), lease))
        for verb in ("list-machines", "list-units"):
            table = node.run("cratectl", verb)
            assert not CONTROL.search(table.stdout + table.stderr), (verb, table.stdout)
            assert len(table.stdout.splitlines()) == 3, table.stdout
            text = node.run("cratectl", verb, "--json").stdout
            assert len(json.loads(text)) == 2 and not CONTROL.search(text)

"""Custom ports come from one file, IPv6 is bound beside IPv4, and the node's configured attributes show in SQL."""

import json

CONFIG = """[Node]
Interface=six
Zone=rack-2
[Crate]
HttpPort=14200
TransportPort=14300
PostgresPort=15432
"""
STATEMENT = json.dumps({"stmt": "SELECT rest_url, attributes['zone'] FROM sys.nodes"})


def test_a_node_with_ipv6_and_other_ports_is_found_where_it_says(make_agent):
    node = make_agent("n1", config=CONFIG)
    inside = node.link.namespace
    inside.ip("link", "add", "six", "type", "veth", "peer", "name", "other-end")
    inside.ip("address", "add", "fd00:77::11/64", "dev", "six", "nodad")
    for interface in ("six", "other-end"):
        inside.ip("link", "set", interface, "up")
    node.boot().until_ready().until_announced()

    service = node.etcd.get("/services/crate/n1")["/services/crate/n1"]
    assert (service["address"], service["http"], service["transport"], service["psql"]) == (
        "fd00:77::11", 14200, 14300, 15432)
    assert node.read("/var/lib/cratekeeper/crate@1/config/unicast_hosts.txt") == "[fd00:77::11]:14300\n"
    answer = node.run("curl", "--silent", "--json", STATEMENT, "http://127.0.0.1:14200/_sql").stdout
    assert json.loads(answer)["rows"] == [["[fd00:77::11]:14200", "rack-2"]]
    for host in ("[fd00:77::11]", node.address):
        status = node.run("curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}",
                          f"http://{host}:14200/", check=False).stdout
        assert status == "401", f"{host} is not reached"

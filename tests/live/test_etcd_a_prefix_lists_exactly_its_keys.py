"""Ranges over a prefix, with arbitrary values."""

from harness.etcd_driver import EtcdDriver


def test_keys_beside_the_prefix_are_left_out(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version)
    for key in ("/nodes", "/nodes/a", "/nodes/b", "/nodes0", "/nodez/c"):
        etcd.put(key, "grüße \\ \"x\"")
    with EtcdDriver(etcd.endpoint) as client:
        reply = client.ok("range", range="/nodes/", prefix=True)
        assert [entry["key"] for entry in reply["keyValues"]] == ["/nodes/a", "/nodes/b"]
        assert reply["keyValues"][0]["value"] == "grüße \\ \"x\""
        assert reply["header"]["revision"] == 6
        assert client.ok("range", range="/none/", prefix=True)["keyValues"] == []
        assert len(client.ok("range", range="", prefix=True)["keyValues"]) == 5
        client.ok("transact", then=[{"delete": "/nodes/a"}])
        assert sorted(etcd.get("/", prefix=True)) == ["/nodes", "/nodes/b", "/nodes0", "/nodez/c"]

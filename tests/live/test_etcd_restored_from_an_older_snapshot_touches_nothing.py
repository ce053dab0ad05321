"""With etcd restored from a snapshot the revision falls, leases are unknown, and the node announces itself again."""

from harness.untouched import announced_again, hosts, nothing_is_touched


def test_etcd_restored_from_an_older_snapshot_touches_nothing(make_agent):
    node = make_agent("n1").boot().until_ready()
    etcd = node.etcd
    announced_again(node, within=10)
    etcd.etcdctl("snapshot", "save", etcd.directory / "snapshot")
    cluster = etcd.get("/cratekeeper/crate/cluster-id")
    # A lease and a peer that the snapshot does not contain.
    etcd.etcdctl("lease", "revoke", f"{etcd.lease_of('/services/crate/n1'):x}")
    announced_again(node)
    lease = etcd.call("/v3/lease/grant", {"TTL": 3600})["ID"]
    other = "/cratekeeper/crate/nodes/" + "2" * 32
    etcd.change((other, '{"v": 1, "name": "n2", "boot_id": "b", "address": "10.0.0.2", "endpoints": {"transport": 4300}}',
                 lease))
    node.wait_for(lambda: "10.0.0.2:4300" in hosts(node), 5, "the new peer")
    with nothing_is_touched(node):
        etcd.restore(etcd.directory / "snapshot")
        etcd.start()
        announced_again(node)
        assert not etcd.get(other)
        assert etcd.get("/cratekeeper/crate/cluster-id") == cluster
        etcd.put("/cratekeeper/crate/noise", "the watch stands")
        announced_again(node)

"""Of two create-only transactions one succeeds, and the other returns the existing value."""

from harness.etcd_driver import EtcdDriver


def create(client, value):
    return client.ok("transact", when=[{"key": "/bootstrap", "createRevision": 0}],
                     then=[{"put": "/bootstrap", "value": value}], otherwise=[{"range": "/bootstrap"}])


def test_the_second_writer_is_shown_the_first_ones_value(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version)
    with EtcdDriver(etcd.endpoint) as first, EtcdDriver(etcd.endpoint) as second:
        won, lost = create(first, "n1"), create(second, "n2")
        assert won["succeeded"] and not lost["succeeded"]
        found = lost["ranges"][0]["keyValues"]
        assert [(entry["key"], entry["value"]) for entry in found] == [("/bootstrap", "n1")]
        assert found[0]["createRevision"] == won["header"]["revision"]
        assert etcd.get("/bootstrap") == {"/bootstrap": "n1"}


def test_a_comparison_can_cover_every_key_below_a_prefix(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version)
    with EtcdDriver(etcd.endpoint) as client:
        def all_older_than(revision):
            return client.ok("transact", when=[{"key": "/state/", "prefix": True, "modRevision": revision,
                                                "relation": "less"}])["succeeded"]

        assert all_older_than(1), "no key at all holds"
        last = client.ok("transact", then=[{"put": "/state/a", "value": "ready"}])["header"]["revision"]
        last = max(last, client.ok("transact", then=[{"put": "/state/b", "value": "up"}])["header"]["revision"])
        assert all_older_than(last + 1)
        assert not all_older_than(last)

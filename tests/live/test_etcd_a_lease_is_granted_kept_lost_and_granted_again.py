"""The life cycle of a lease with both versions of etcd."""

import time

from harness.etcd_driver import EtcdDriver

NEVER_GRANTED = 2**62 + 12345  # larger than a double can hold exactly
NOT_FOUND = 5


def test_a_lease_is_kept_until_it_expires_and_its_key_goes_with_it(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version)
    with EtcdDriver(etcd.endpoint) as client:
        lease = client.ok("grant", ttl=3)
        assert lease["id"] > 2**53 and lease["ttl"] == 3
        assert client.ok("transact", then=[{"put": "/a", "value": "x", "lease": lease["id"]}])["succeeded"]
        for _ in range(4):
            time.sleep(1)
            assert client.ok("keepAlive", lease=lease["id"]) == lease
        assert etcd.get("/a") == {"/a": "x"}
        time.sleep(4.5)
        assert client.ok("keepAlive", lease=lease["id"]) is None
        assert etcd.get("/a") == {}


def test_a_lost_lease_is_reported_and_a_new_one_takes_the_key_over(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version)
    with EtcdDriver(etcd.endpoint) as client:
        first = client.ok("grant", ttl=60)
        client.ok("transact", then=[{"put": "/a", "value": "x", "lease": first["id"]}])
        second = client.ok("grant", ttl=60)
        assert second["id"] != first["id"]
        client.ok("transact", then=[{"put": "/a", "value": "x", "lease": second["id"]}])
        client.ok("revoke", lease=first["id"])
        assert etcd.get("/a") == {"/a": "x"}, "the new lease holds the key"
        assert client.ok("keepAlive", lease=first["id"]) is None
        lost = client.error("transact", then=[{"put": "/a", "value": "y", "lease": first["id"]}])
        assert (lost["category"], lost["code"]) == ("etcd", NOT_FOUND)
        client.ok("revoke", lease=second["id"])
        assert etcd.get("/a") == {}


def test_an_unknown_lease_is_nothing_to_keep_and_nothing_to_revoke(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version)
    with EtcdDriver(etcd.endpoint) as client:
        assert client.ok("keepAlive", lease=NEVER_GRANTED) is None
        client.ok("revoke", lease=NEVER_GRANTED)

"""Keeping a lease alive does not open a new connection each time."""

from harness.etcd_driver import EtcdDriver
from harness.proxy import Proxy


def test_many_keepalives_use_one_connection(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version)
    with Proxy(etcd.port) as proxy, EtcdDriver(proxy.endpoint) as client:
        lease = client.ok("grant", ttl=60)["id"]
        before = proxy.accepted
        for _ in range(50):
            client.ok("keepAlive", lease=lease)
        assert proxy.accepted - before == 1

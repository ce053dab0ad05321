"""Without its JSON gateway etcd answers 404 to everything; the error names the option."""

from harness.etcd_driver import EtcdDriver


def test_the_error_names_the_switch_and_another_member_still_serves(make_etcd, etcd_version):
    without = make_etcd(etcd_version, extra=["--enable-grpc-gateway=false"])
    with EtcdDriver(without.endpoint) as client:
        for verb, fields in (("range", {"range": "/a"}), ("grant", {"ttl": 5}), ("keepAlive", {"lease": 1})):
            failed = client.error(verb, **fields)
            assert "enable-grpc-gateway: true" in failed["error"], failed
    serving = make_etcd(etcd_version)
    with EtcdDriver(without.endpoint, serving.endpoint) as client:
        assert client.ok("grant", ttl=5)["ttl"] == 5

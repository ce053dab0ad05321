"""What TLS can do is chosen when mbedTLS is built, so every kind of key an operator may have is tried."""

import pytest

from harness.etcd_driver import EtcdDriver


@pytest.mark.parametrize("key", ["rsa:2048", "rsa:4096", "P-256", "P-384", "P-521"])
def test_authority_server_and_client_have_keys_of_this_kind(make_etcd, key):
    etcd = make_etcd(tls=key)
    certificates = etcd.certificates
    with EtcdDriver(etcd.endpoint, ca=certificates.ca, cert=certificates.client, key=certificates.client_key) as client:
        assert client.ok("range", range="/a")["keyValues"] == []

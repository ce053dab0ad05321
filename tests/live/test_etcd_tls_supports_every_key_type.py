"""The build of mbedTLS selects the TLS features, so the test tries every key type that an operator may have."""

import pytest

from harness.etcd_driver import EtcdDriver


@pytest.mark.parametrize("key", ["rsa:2048", "rsa:4096", "P-256", "P-384", "P-521"])
def test_authority_server_and_client_have_keys_of_this_kind(make_etcd, key):
    etcd = make_etcd(tls=key)
    certificates = etcd.certificates
    with EtcdDriver(etcd.endpoint, ca=certificates.ca, cert=certificates.client, key=certificates.client_key) as client:
        assert client.ok("range", range="/a")["keyValues"] == []

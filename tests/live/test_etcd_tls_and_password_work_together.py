"""Client certificates and users both enabled, as a careful operator configures them."""

import pytest

from harness.etcd_driver import EtcdDriver
from harness.proxy import Proxy


def options(etcd, **more):
    certificates = etcd.certificates
    return {"ca": certificates.ca, "cert": certificates.client, "key": certificates.client_key, **more}


def test_certificate_and_user_open_the_agents_keys_and_no_others(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version, tls=True, auth=True)
    with EtcdDriver(etcd.endpoint, **options(etcd, user=etcd.user, password=etcd.password)) as client:
        lease = client.ok("grant", ttl=10)["id"]
        client.ok("transact", then=[{"put": "/cratekeeper/x", "value": "1", "lease": lease}])
        assert client.ok("keepAlive", lease=lease)["ttl"] == 10
        assert etcd.get("/cratekeeper/", prefix=True) == {"/cratekeeper/x": 1}
        denied = client.error("transact", then=[{"put": "/other", "value": "1"}])
        assert "permission denied" in denied["error"] and "grant-permission" in denied["error"], denied
        assert not denied["retryable"]


@pytest.mark.parametrize("missing", ["ca", "cert"])
def test_a_missing_piece_of_tls_is_named(make_etcd, etcd_version, missing):
    etcd = make_etcd(etcd_version, tls=True)
    given = options(etcd)
    for name in ("ca",) if missing == "ca" else ("cert", "key"):
        del given[name]
    with EtcdDriver(etcd.endpoint, **given) as client:
        failed = client.error("range", range="/a")
        assert "TLS failed" in failed["error"], failed
        assert ("the system's authorities" if missing == "ca" else "no client certificate") in failed["error"], failed


def test_a_server_of_another_authority_is_not_trusted(make_etcd, etcd_version):
    etcd, other = make_etcd(etcd_version, tls=True), make_etcd(etcd_version, tls=True)
    with EtcdDriver(etcd.endpoint, **options(etcd, ca=other.certificates.ca)) as client:
        failed = client.error("range", range="/a")
        assert "TLS failed" in failed["error"] and str(other.certificates.ca) in failed["error"], failed


def test_a_certificate_for_another_address_is_not_trusted(make_etcd):
    etcd = make_etcd(tls=True)
    with Proxy(etcd.port, address="127.0.0.3") as proxy:
        with EtcdDriver(f"https://127.0.0.3:{proxy.port}", **options(etcd)) as client:
            failed = client.error("range", range="/a")
            assert "TLS failed" in failed["error"] and not failed.get("ok"), failed
    with Proxy(etcd.port, address="127.0.0.1") as proxy:
        with EtcdDriver(f"https://127.0.0.1:{proxy.port}", **options(etcd)) as client:
            assert client.ok("range", range="/a")["keyValues"] == []


def test_an_unreadable_file_is_named_before_anything_is_sent(make_etcd):
    etcd = make_etcd(tls=True)
    with EtcdDriver(etcd.endpoint, **options(etcd, ca="/nowhere/ca.pem")) as client:
        failed = client.error("range", range="/a")
        assert "cannot read the CA file /nowhere/ca.pem: no such file" in failed["error"], failed
        assert not failed["retryable"]
    with EtcdDriver(etcd.endpoint, ca=etcd.certificates.ca, cert=etcd.certificates.client) as client:
        assert "both a certificate file and a key file" in client.error("range", range="/a")["error"]


def test_plain_http_to_a_tls_port_suggests_https(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version, tls=True)
    with EtcdDriver(etcd.endpoint.replace("https", "http")) as client:
        assert "use https://" in client.error("range", range="/a")["error"]


def test_tls_to_a_plain_port_is_named(make_etcd, etcd_version):
    etcd, other = make_etcd(etcd_version), make_etcd(etcd_version, tls=True)
    with EtcdDriver(etcd.endpoint.replace("http", "https"), **options(other)) as client:
        failed = client.error("range", range="/a")
        assert "TLS failed" in failed["error"], failed

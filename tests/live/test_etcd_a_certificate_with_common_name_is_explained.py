"""With users enabled etcd's gateway refuses client certificates with a common name; the error says so."""

from harness.etcd_driver import EtcdDriver


def test_the_error_names_the_common_name(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version, tls=True, auth=True)
    certificates = etcd.certificates
    # The server's own certificate has a common name and is valid for clients.
    with EtcdDriver(etcd.endpoint, ca=certificates.ca, cert=certificates.server, key=certificates.server_key,
                    user=etcd.user, password=etcd.password) as client:
        failed = client.error("range", range="/cratekeeper/", prefix=True)
        assert "issue one without CN" in failed["error"], failed

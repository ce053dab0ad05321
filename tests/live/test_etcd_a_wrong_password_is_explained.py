"""Users: a wrong password, a missing password, and a password that is not needed."""

from harness.etcd_driver import EtcdDriver


def test_a_wrong_password_is_final_and_named(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version, auth=True)
    with EtcdDriver(etcd.endpoint, user=etcd.user, password="secret-guess") as client:
        failed = client.error("range", range="/cratekeeper/", prefix=True)
        assert "wrong user or password" in failed["error"] and not failed["retryable"], failed
        assert "secret-guess" not in failed["error"]


def test_a_missing_user_is_named(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version, auth=True)
    with EtcdDriver(etcd.endpoint) as client:
        failed = client.error("range", range="/cratekeeper/", prefix=True)
        assert "set a user and a password" in failed["error"], failed


def test_a_user_where_none_is_needed_does_no_harm(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version)
    with EtcdDriver(etcd.endpoint, user="agent", password="pw") as client:
        assert client.ok("range", range="/a")["keyValues"] == []

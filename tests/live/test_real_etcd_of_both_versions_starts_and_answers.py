"""The etcds of the live tests: both versions, plain, with TLS and with users, stopped and frozen."""

import subprocess

import pytest


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("auth", [False, True], ids=["open", "users"])
def test_it_keeps_what_was_written_over_a_restart(make_etcd, etcd_version, tls, auth):
    etcd = make_etcd(etcd_version, tls=tls, auth=auth)
    etcd.put("/cratekeeper/test/key", '{"v": 1}')
    etcd.stop()
    etcd.start()
    assert etcd.get("/cratekeeper/", prefix=True) == {"/cratekeeper/test/key": {"v": 1}}
    assert etcd.etcdctl("version").stdout.startswith(f"etcdctl version: {etcd_version}.")


def test_a_frozen_etcd_answers_nothing_and_then_goes_on(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version)
    etcd.freeze()
    assert etcd.etcdctl("get", "key", check=False).returncode != 0
    etcd.resume()
    assert etcd.etcdctl("get", "key").returncode == 0


def test_a_client_without_certificate_is_turned_away(make_etcd, etcd_version):
    etcd = make_etcd(etcd_version, tls=True)
    curl = ["curl", "--silent", "--cacert", etcd.certificates.ca, f"{etcd.endpoint}/version"]
    assert subprocess.run(curl, check=False, capture_output=True).returncode != 0
    known = [*curl, "--cert", etcd.certificates.client, "--key", etcd.certificates.client_key]
    assert b"etcdserver" in subprocess.run(known, check=True, capture_output=True).stdout

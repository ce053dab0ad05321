"""etcd with TLS, client certificates and users switched on: the agent announces through all of it."""


def test_tls_with_client_certificate_and_password_works(make_agent, make_etcd, network, etcd_version):
    etcd = make_etcd(etcd_version, namespace=network.hub, address=network.ADDRESS, tls=True, auth=True)
    make_agent("n1", etcd=etcd).boot().until_ready().until_announced()

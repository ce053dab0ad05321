"""With TLS, client certificates and users enabled in etcd, the agent announces its node."""


def test_tls_with_client_certificate_and_password_works(make_agent, make_etcd, network, etcd_version):
    etcd = make_etcd(etcd_version, namespace=network.hub, address=network.ADDRESS, tls=True, auth=True)
    make_agent("n1", etcd=etcd).boot().until_ready().until_announced()

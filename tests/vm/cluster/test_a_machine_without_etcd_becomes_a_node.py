"""Two machines on one network, only one of which runs etcd, both become ready in one cluster."""


def test_a_machine_without_etcd_becomes_a_node(make_machines):
    first, second = make_machines("n1", "n2", etcd=["n1"])
    assert second.shell("systemctl is-active etcd.service || true").strip() == "inactive"
    assert first.shell("systemctl is-active etcd.service").strip() == "active"
    assert first.node()["cluster_id"] == second.node()["cluster_id"] is not None
    first.rows.write(20)
    assert first.rows.all() <= first.rows.found(second)

"""From power on to ready without a login; the 2014 key appears only when the database answers."""


def test_agent_boots_to_ready_and_announces_the_database(make_agent, make_etcd, network, etcd_version):
    etcd = make_etcd(etcd_version, namespace=network.hub, address=network.ADDRESS)
    node = make_agent("n1", etcd=etcd, standin={"STANDIN_START_DELAY_MS": "1500"}).boot()
    node.wait_for(lambda: node.active_state("crate@1.service") == "active", 60, "the crate unit")
    assert not etcd.get("/services/crate/", prefix=True)
    node.until_ready().until_announced()

    service = etcd.get("/services/crate/n1")["/services/crate/n1"]
    assert (service["http"], service["transport"], service["address"]) == (4200, 4300, node.address)
    cluster = etcd.get("/cratekeeper/crate/", prefix=True)
    document = cluster[f"/cratekeeper/crate/nodes/{node.machine_id}"]
    assert document["unit"]["name"] == "crate@1.service"
    member = cluster[f"/cratekeeper/crate/members/{node.machine_id}"]
    assert (member["name"], member["slot"]) == ("n1", 1)
    assert cluster["/cratekeeper/crate/bootstrap"]["initial_master_nodes"] == ["n1"]
    node.wait_for(lambda: etcd.get("/cratekeeper/crate/cluster-id"), 5, "the cluster id")
    assert node.status_text().startswith("ready: crate@1.service is running")

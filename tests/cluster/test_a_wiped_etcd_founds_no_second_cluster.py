"""etcd is wiped while one node is off and an empty one joins: all end up in the old cluster, with every row."""


def test_a_wiped_etcd_founds_no_second_cluster(make_cluster, etcd_beside):
    # One node would be enough to found a cluster: only the other nodes' records keep the new one from doing so.
    cluster = make_cluster(etcd=etcd_beside, count=2, config="[Cluster]\nInitialNodes=1\n").boot().until_ready()
    n1, n2 = cluster.nodes
    cluster.rows.write(n1)
    ids, containers = cluster.cluster_ids(), cluster.containers([n1])
    n2.power_cut()
    with cluster.staying_ready([n1]):
        etcd_beside.stop()
        etcd_beside.wipe()
        etcd_beside.start()
        n3 = cluster.add("n3").boot()
        cluster.until_ready(60, [n1, n3])
        n2.boot()
        cluster.until_ready(60)
    assert cluster.cluster_ids() == ids and cluster.containers([n1]) == containers
    assert n1.page("/v1/node")["slot"] == 1 and {node.page("/v1/node")["slot"] for node in cluster.nodes} == {1, 2, 3}
    registry = cluster.registry()
    assert {registry["cluster-id"]["id"]} == ids and "bootstrap" not in registry
    slot = n3.page("/v1/node")["slot"]
    assert "initial_master_nodes" not in n3.read(f"/var/lib/cratekeeper/crate@{slot}/config/crate.yml")
    for node in cluster.nodes:
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, f"every acknowledged row on {node.name}")

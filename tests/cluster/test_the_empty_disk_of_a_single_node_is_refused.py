"""The only node of a cluster refuses an empty disk without waiting for others, and accepts the right disk again."""


def test_the_empty_disk_of_a_single_node_is_refused(make_cluster, etcd_beside):
    cluster = make_cluster(etcd=etcd_beside, count=1, config="[Cluster]\nInitialNodes=1\n").boot().until_ready()
    node = cluster.nodes[0]
    cluster.rows.write(node)
    ids = cluster.cluster_ids()
    node.power_cut()
    data = node.data.path / "crate/data"
    away = data.rename(data.with_name("away"))
    node.boot()
    cluster.wait_for(lambda: "the data directory of n1 is empty" in node.status_text(), 30, "the refusal")
    assert "mount the right disk at /data/crate" in node.component("cluster-id")["output"]
    assert node.run("docker", "ps", "--quiet").stdout == ""
    away.rename(data)
    cluster.until_ready(60)
    assert cluster.cluster_ids() == ids and cluster.rows.all_in(node)

"""With a damaged node.json and no etcd the agent refuses, but leaves the database running; etcd repairs the file."""

PAST = "/var/lib/cratekeeper/node.json"


def test_a_damaged_node_json_stops_no_database(make_cluster, etcd_beside):
    cluster = make_cluster(etcd=etcd_beside, count=1, config="[Cluster]\nInitialNodes=1\n").boot().until_ready()
    node = cluster.nodes[0]
    cluster.rows.write(node)
    containers, before = cluster.containers(), node.read(PAST)
    etcd_beside.stop()
    node.write(PAST, before[: len(before) // 2])
    node.systemctl("restart", "cratekeeper.service")
    cluster.wait_for(lambda: "n1 cannot read its saved state" in node.status_text(), 30, "the refusal")
    assert PAST in node.status_text() and "restore it from a backup" in node.status_text()
    assert node.container_pid("crate-1") == containers["n1"] and node.read(PAST) == before[: len(before) // 2]
    etcd_beside.start()
    cluster.until_ready(30)
    cluster.wait_for(lambda: node.read(PAST) == before, 10, "the file to be repaired")
    assert cluster.containers() == containers and cluster.rows.all_in(node)

"""`cratectl forget` refuses a live node; a forgotten node stays out until --undo, without disturbing the others."""


def test_a_forgotten_node_is_refused_until_forget_is_undone(make_cluster, etcd_beside):
    cluster = make_cluster(etcd=etcd_beside, count=3, config="[Cluster]\nInitialNodes=3\n").boot().until_ready()
    node, others = cluster.nodes[2], cluster.nodes[:2]
    cluster.rows.write(node)
    ids, containers = cluster.cluster_ids(), cluster.containers(others)

    def forget(*arguments):
        return others[0].run("cratectl", "forget", *arguments, check=False)

    def hosts():
        slot = others[1].page("/v1/node")["slot"]
        return others[1].read(f"/var/lib/cratekeeper/crate@{slot}/config/unicast_hosts.txt")

    alive = forget("--yes", "n3")
    assert alive.returncode == 4 and "is alive" in alive.stderr and node.address in alive.stderr
    with cluster.staying_ready(others):
        node.power_cut()
        cluster.wait_for(lambda: "nodes/" + node.machine_id not in cluster.registry(), 20, "silence")
        assert node.address in hosts(), "only forgetting a node shortens the list"
        cluster.wait_for(lambda: "sys.nodes" not in forget("n3").stderr, 20, "the database to drop it from sys.nodes")
        unasked = forget("n3")
        assert unasked.returncode == 4 and "--yes" in unasked.stderr
        assert forget("--yes", "n3").returncode == 0
        cluster.wait_for(lambda: node.address not in hosts(), 10, "a shorter list")
        assert "already forgotten" in forget("n3").stdout

        node.boot()
        cluster.wait_for(lambda: f"cratectl forget --undo {node.machine_id}" in node.status_text(), 30, "the refusal")
        assert node.run("docker", "ps", "--quiet").stdout == ""
        assert forget("--undo", "--yes", "n3").returncode == 0
        cluster.until_ready(60)
    assert cluster.cluster_ids() == ids and cluster.containers(others) == containers
    cluster.wait_for(lambda: node.address in hosts(), 10, "the node in the list again")
    cluster.wait_for(lambda: cluster.rows.all_in(node), 20, "every acknowledged row on the node")

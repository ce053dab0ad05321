"""A node of another cluster, with and without its node.json, is reported and never ready, and keeps its rows."""

from harness.sql import query


def test_a_node_of_another_cluster_is_refused_and_keeps_its_rows(make_cluster, etcd_beside, make_etcd, network):
    config = "[Cluster]\nInitialNodes=1\n"
    cluster = make_cluster(etcd=etcd_beside, count=1, config=config).boot().until_ready()
    home, own = cluster.nodes[0], cluster.etcd
    cluster.rows.write(home)
    (ours,) = cluster.cluster_ids()
    cluster.etcd = make_etcd("3.5", namespace=network.hub, address=network.ADDRESS)
    stranger = cluster.add("stranger").boot()
    cluster.until_ready(60)
    query(stranger, "CREATE TABLE t (id INTEGER)")
    assert query(stranger, "INSERT INTO t (id) VALUES (7777)") is not None
    (theirs,) = cluster.cluster_ids([stranger])
    assert theirs != ours

    with cluster.staying_ready([home]):
        stranger.power_cut()
        stranger.write("/etc/cratekeeper/agent.conf", f"[Etcd]\nEndpoints={own.endpoint}\n{config}")
        stranger.boot()
        cluster.wait_for(lambda: "stranger belonged to cluster id " + theirs in stranger.status_text(), 30,
                         "the refusal")
        assert stranger.run("docker", "ps", "--quiet").stdout == ""
        stranger.systemctl("stop", "cratekeeper.service")
        stranger.run("rm", "/var/lib/cratekeeper/node.json")
        stranger.systemctl("start", "cratekeeper.service")
        cluster.wait_for(lambda: "the database of stranger belongs to cluster id " + theirs in stranger.status_text(),
                         60, "the database to be reported")
        assert "empty data directory" in stranger.component("cluster-id")["output"]
        assert stranger.status_code() == 503
    assert set(own.get("/services/crate/", prefix=True)) == {"/services/crate/n1"}
    assert own.get("/cratekeeper/crate/cluster-id")["/cratekeeper/crate/cluster-id"]["id"] == ours
    assert cluster.rows.all_in(home)

    # Back in its own cluster everything is there: nothing was wiped.
    stranger.systemctl("stop", "cratekeeper.service", "crate@*.service")
    stranger.run("rm", "--force", "/var/lib/cratekeeper/node.json")
    stranger.write("/etc/cratekeeper/agent.conf", f"[Etcd]\nEndpoints={cluster.etcd.endpoint}\n{config}")
    stranger.power_cut()
    stranger.boot()
    cluster.until_ready(60, [stranger])
    assert query(stranger, "SELECT id FROM t") == [[7777]] and cluster.cluster_ids([stranger]) == {theirs}

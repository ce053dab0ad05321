"""Of two machines with the same name the first keeps it and stays ready; the other starts no database and says why."""


def test_a_second_machine_of_one_name_is_refused(make_cluster, etcd_beside):
    config = "[Cluster]\nInitialNodes=1\n"
    cluster = make_cluster(etcd=etcd_beside, count=1, config=config).boot().until_ready()
    first = cluster.nodes[0]
    cluster.rows.write(first)
    containers = cluster.containers()
    twin = cluster.add("twin")
    twin.write("/etc/cratekeeper/agent.conf.d/name.conf", "[Node]\nName=n1\n")
    with cluster.staying_ready([first]):
        twin.boot()
        cluster.wait_for(lambda: "announces our name n1" in twin.status_text()
                         or "the name n1 belongs to member" in twin.status_text(), 30, "the refusal")
        assert "[Node] Name" in twin.component("cluster-id")["output"]
        assert twin.run("docker", "ps", "--quiet").stdout == ""
        # With its own name it joins.
        twin.write("/etc/cratekeeper/agent.conf.d/name.conf", "[Node]\nName=n2\n")
        twin.systemctl("restart", "cratekeeper.service")
        cluster.until_ready(60)
    assert cluster.containers([first]) == containers and len(cluster.cluster_ids()) == 1
    cluster.wait_for(lambda: cluster.rows.all_in(twin), 20, "every acknowledged row on the other")

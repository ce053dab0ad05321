"""Of two machines with the same name the first keeps it and stays ready; the other starts no database and says why."""


def test_a_second_machine_of_one_name_is_refused(make_shelf, etcd_beside):
    config = "[Cluster]\nInitialNodes=1\n"
    shelf = make_shelf(etcd=etcd_beside, count=1, config=config).boot().until_ready()
    first = shelf.nodes[0]
    shelf.rows.write(first)
    containers = shelf.containers()
    twin = shelf.add("twin")
    twin.write("/etc/cratekeeper/agent.conf.d/name.conf", "[Node]\nName=n1\n")
    with shelf.staying_ready([first]):
        twin.boot()
        shelf.wait_for(lambda: "announces our name n1" in twin.status_text()
                       or "the name n1 belongs to member" in twin.status_text(), 30, "the refusal")
        assert "[Node] Name" in twin.component("cluster-id")["output"]
        assert twin.run("docker", "ps", "--quiet").stdout == ""
        # With its own name it joins.
        twin.write("/etc/cratekeeper/agent.conf.d/name.conf", "[Node]\nName=n2\n")
        twin.systemctl("restart", "cratekeeper.service")
        shelf.until_ready(60)
    assert shelf.containers([first]) == containers and len(shelf.cluster_ids()) == 1
    shelf.wait_for(lambda: shelf.rows.all_in(twin), 20, "every acknowledged row on the other")

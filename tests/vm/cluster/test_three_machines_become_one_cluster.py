"""Three machines of one site, all etcd members, form one cluster, and each of them finds the rows."""


def test_three_machines_become_one_cluster(make_machines):
    machines = make_machines("n1", "n2", "n3")
    nodes = [machine.node() for machine in machines]
    assert len({node["cluster_id"] for node in nodes} - {None}) == 1
    assert {node["slot"] for node in nodes} == {1, 2, 3}
    rows = machines[0].rows
    rows.write(20)
    for machine in machines:
        assert rows.all() <= rows.found(machine)

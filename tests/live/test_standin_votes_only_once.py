"""cluster.initial_master_nodes is a vote, not a list of members: it counts once, on a node without data."""

import time

import pytest

NO_LIST = {"cluster.initial_master_nodes": None}
ALONE = "master not discovered yet, this node has not previously joined a bootstrapped (v4+) cluster, and "


@pytest.mark.parametrize("name", ["n1", "127.0.0.1"])
def test_a_node_that_is_the_whole_list_forms_a_cluster_at_once(make_standin, name):
    standin = make_standin(settings={"cluster.initial_master_nodes": f'["{name}"]'}).start().until_status(200)
    cluster_id, master, node = (standin.value(f"SELECT {column}") for column in
                                ("id FROM sys.cluster", "master_node FROM sys.cluster", "id FROM sys.nodes"))
    assert len(cluster_id) == 22
    assert master == node


def test_the_id_is_kept_and_the_list_ignored_from_then_on(make_standin):
    standin = make_standin().start().until_status(200)
    before = standin.cluster_id(), standin.value("SELECT id FROM sys.nodes")
    standin.kill()
    for later in ("[n7, n8, n9]", None):
        standin.settings["cluster.initial_master_nodes"] = later
        standin.start().until_status(200)
        assert (standin.cluster_id(), standin.value("SELECT id FROM sys.nodes")) == before
        assert standin.terminate() == 143


def test_two_nodes_that_vote_alone_are_two_clusters(make_standin):
    first, second = (make_standin(name).start().until_status(200) for name in ("n1", "n2"))
    assert first.cluster_id() != second.cluster_id()


@pytest.mark.parametrize("listed, remark", [
    ("[n1, n2, n3]", None),
    ("[n2]", "skipping cluster bootstrapping as local node does not match bootstrap requirements: [n2]"),
    ("[n1, 127.0.0.1]", "matches multiple requirements"),
])
def test_without_a_majority_of_the_list_there_is_no_master(make_standin, listed, remark):
    standin = make_standin(settings={"cluster.initial_master_nodes": listed}).start().until_status(503)
    if remark:
        standin.until_says(remark)
    standin.until_says("started")
    with pytest.raises(AssertionError):
        standin.until_status(200, timeout=1.5)
    assert standin.cluster_id() == "_na_"


def test_a_node_without_list_and_past_waits_and_says_why_every_ten_seconds(make_standin):
    standin = make_standin(settings=NO_LIST)
    (standin.directory / "unicast_hosts.txt").write_text("# peers\n192.0.2.7:4300\n")
    standin.start().until_status(503)
    standin.until_says(ALONE + "[cluster.initial_master_nodes] is empty on this node", timeout=12)
    assert "using [192.0.2.7:4300] from hosts providers" in standin.says()
    assert standin.status() == 503


def test_a_node_with_no_discovery_settings_at_all_bootstraps_itself_after_three_seconds(make_standin):
    standin = make_standin(settings={**NO_LIST, "discovery.seed_hosts": None, "discovery.seed_providers": None})
    started = time.monotonic()
    standin.start().until_status(503).until_status(200, timeout=7)
    assert time.monotonic() - started > 2.9


def test_a_single_node_needs_no_list(make_standin):
    make_standin(settings={**NO_LIST, "discovery.type": "single-node"}).start().until_status(200)

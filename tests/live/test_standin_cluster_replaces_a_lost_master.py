"""If the master dies or freezes, the others elect a new one; when the old master is back, it follows."""

import signal

import pytest

from harness.standin_cluster import StandinCluster, until_master_changes
from harness.wait import wait_until


@pytest.fixture
def cluster(make_standin):
    made = StandinCluster(make_standin, "n1", "n2", "n3").start()
    made.cluster_id = made.until_formed()
    return made


def test_a_killed_master_is_replaced_and_comes_back_as_a_member(cluster):
    old = cluster.master()
    others = cluster.others(old)
    old.kill()
    wait_until(lambda: others[0].status() == 503, 5, "the loss to be noticed", interval=0.01)
    until_master_changes(others, old.settings["node.name"])
    old.start()
    assert cluster.until_formed() == cluster.cluster_id


def test_a_frozen_master_is_replaced_and_follows_when_it_thaws(cluster):
    old = cluster.master()
    old.process.send_signal(signal.SIGSTOP)
    new = until_master_changes(cluster.others(old), old.settings["node.name"])
    old.process.send_signal(signal.SIGCONT)
    assert cluster.until_formed() == cluster.cluster_id
    assert cluster.masters() == {new}

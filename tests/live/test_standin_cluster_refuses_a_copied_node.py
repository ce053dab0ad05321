"""A copy of a node's data has the same node id: the cluster refuses it while the original is present."""

import shutil
import subprocess
import time

from harness.standin_cluster import QUICK, StandinCluster, introduce, members


def test_a_copied_data_directory_is_refused(make_standin):
    cluster = StandinCluster(make_standin, "n1", "n2", "n3").start()
    cluster_id = cluster.until_formed()
    copy = make_standin("copy", environment=QUICK, settings={"cluster.initial_master_nodes": None})
    shutil.copytree(cluster["n3"].data, copy.data, dirs_exist_ok=True)
    subprocess.run(["chown", "-R", "65534:65534", copy.data], check=True)
    introduce(copy, *cluster.nodes.values())
    copy.start().until_says("with the same id but is a different node instance", timeout=10)
    time.sleep(1)
    assert copy.status() == 503
    assert members(cluster["n1"]) == ["n1", "n2", "n3"]
    assert cluster.until_formed() == cluster_id

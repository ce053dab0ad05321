"""A node with a wiped data disk, or restored from an older backup, rejoins its cluster and gets the rows."""

import shutil


def test_a_wiped_or_restored_disk_comes_back_into_its_cluster(make_cluster, etcd_beside):
    cluster = make_cluster(etcd=etcd_beside, count=3, config="[Cluster]\nInitialNodes=1\n").boot().until_ready()
    others, node = cluster.nodes[:2], cluster.nodes[2]
    data, past = node.data.path / "crate/data", "/var/lib/cratekeeper/node.json"
    ids, containers = cluster.cluster_ids(), cluster.containers(others)
    cluster.rows.write(node)

    node.power_cut()
    backup, remembered = node.directory / "backup", node.read(past)
    shutil.copytree(data, backup, symlinks=True)
    shutil.rmtree(data)
    with cluster.staying_ready(others):
        cluster.rows.write(others[0])
        node.boot()
        cluster.until_ready(60)
        assert cluster.cluster_ids() == ids
        cluster.wait_for(lambda: cluster.rows.all_in(node), 20, "every acknowledged row on the wiped disk")

        node.power_cut()
        shutil.rmtree(data)
        shutil.copytree(backup, data, symlinks=True)
        shutil.chown(data, 1000, 1000)
        for path in data.rglob("*"):
            shutil.chown(path, 1000, 1000)
        node.write(past, remembered)
        cluster.rows.write(others[1])
        node.boot()
        cluster.until_ready(60)
    assert cluster.cluster_ids() == ids and cluster.containers(others) == containers
    cluster.wait_for(lambda: cluster.rows.all_in(node), 20, "every acknowledged row on the restored disk")

"""A node with a wiped data disk, or restored from an older backup, rejoins its cluster and gets the rows."""

import shutil


def test_a_wiped_or_restored_disk_comes_back_into_its_cluster(make_shelf, etcd_beside):
    shelf = make_shelf(etcd=etcd_beside, count=3, config="[Cluster]\nInitialNodes=1\n").boot().until_ready()
    others, node = shelf.nodes[:2], shelf.nodes[2]
    data, past = node.data.path / "crate/data", "/var/lib/cratekeeper/node.json"
    ids, containers = shelf.cluster_ids(), shelf.containers(others)
    shelf.rows.write(node)

    node.power_cut()
    backup, remembered = node.directory / "backup", node.read(past)
    shutil.copytree(data, backup, symlinks=True)
    shutil.rmtree(data)
    with shelf.staying_ready(others):
        shelf.rows.write(others[0])
        node.boot()
        shelf.until_ready(60)
        assert shelf.cluster_ids() == ids
        shelf.wait_for(lambda: shelf.rows.all_in(node), 20, "every acknowledged row on the wiped disk")

        node.power_cut()
        shutil.rmtree(data)
        shutil.copytree(backup, data, symlinks=True)
        shutil.chown(data, 1000, 1000)
        for path in data.rglob("*"):
            shutil.chown(path, 1000, 1000)
        node.write(past, remembered)
        shelf.rows.write(others[1])
        node.boot()
        shelf.until_ready(60)
    assert shelf.cluster_ids() == ids and shelf.containers(others) == containers
    shelf.wait_for(lambda: shelf.rows.all_in(node), 20, "every acknowledged row on the restored disk")

"""After a disk failure Btrfs turns read-only: the node leaves traffic at the next probe, long before CrateDB notices."""


def test_a_read_only_data_volume_is_not_ready(make_agent):
    node = make_agent("n1").boot().until_ready()
    node.data.break_device()
    node.wait_for(lambda: node.status_code() == 503, 5, "the answer to turn")
    assert "read-only" in node.component("data-volume")["output"]

"""A volume remounted read-only takes the node out of traffic within a look, and back when it is writable again."""


def test_a_read_only_data_volume_is_not_ready(make_agent):
    node = make_agent("n1").boot().until_ready()
    node.data.remount("ro")
    node.wait_for(lambda: node.status_code() == 503, 5, "the answer to turn")
    assert "read-only" in node.component("data-volume")["output"]
    node.data.remount("rw")
    node.until_ready(10)

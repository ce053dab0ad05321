"""Exit 78 is a failed bootstrap check: no restart can help, and the status says what it means."""


def test_a_crash_loop_is_reported_with_its_last_output_and_meaning(make_agent):
    node = make_agent("n1", standin={"STANDIN_EXIT_CODE": "78"})
    node.boot()
    node.wait_for(lambda: node.active_state("crate@1.service") == "failed", 60, "the unit to fail")
    node.wait_for(lambda: "bootstrap check" in node.status_text(), 10, "the meaning")
    assert "exit 78" in node.status_text()
    unit = node.component("unit")
    assert unit["status"] == "fail"
    assert "last log line:" in unit["output"]
    assert node.properties("crate@1.service", "NRestarts")["NRestarts"] == "0"

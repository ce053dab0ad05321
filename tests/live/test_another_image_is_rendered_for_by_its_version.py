"""crate.env names the image, the image's tag gives the version, and the version decides which settings are written."""

from harness.agent import IMAGE

ENVIRONMENT = "/etc/cratekeeper/crate.env"
RENDERED = "/var/lib/cratekeeper/crate@1/config/crate.yml"


def test_another_image_is_rendered_for_by_its_version(make_agent):
    node = make_agent("n1").boot().until_ready()
    assert "gateway.expected_data_nodes: 1\n" in node.read(RENDERED)
    process = node.container_pid("crate-1")

    for tag, line, rendered in (("4.6.8", "4.6", "gateway.expected_nodes: 1\n"), ("latest", None, "is unknown")):
        node.docker("tag", IMAGE, f"cratekeeper/crate-standin:{tag}")
        node.write(ENVIRONMENT, node.read(ENVIRONMENT).replace(node.image, f"cratekeeper/crate-standin:{tag}"))
        node.image = f"cratekeeper/crate-standin:{tag}"
        node.wait_for(lambda expected=rendered: expected in node.read(RENDERED), 10, f"the settings for {tag}")
        assert "gateway.expected_data_nodes" not in node.read(RENDERED)
        assert node.page("/v1/node")["versions"]["crate_line"] == line
        assert node.container_pid("crate-1") == process, "a file that changed restarts nothing"

    said = [text for text in node.journal("cratekeeper.service").splitlines() if "names none" in text]
    assert len(said) == 1 and "set [Crate] Version=" in said[0]
    node.systemctl("restart", "crate@1.service")
    node.until_ready()
    assert node.container_pid("crate-1") != process

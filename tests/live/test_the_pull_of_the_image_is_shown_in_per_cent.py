"""During the image pull the status lines of both units show the progress."""

import re

from harness.agent import IMAGE


def test_the_pull_of_the_image_is_shown_in_per_cent(make_agent, registry):
    name = f"{registry.address}/crate-standin:6.4.5"
    node = make_agent("n1", image=name)
    registry.trust(node)
    node.write("/run-later", "")
    node.drop_in("cratekeeper.service", "[Unit]\nConditionPathExists=!/run-later\n")
    node.boot()
    assert registry.take(node, IMAGE, "crate-standin:6.4.5") == name
    node.link.limit("2mbit")
    node.run("rm", "/run-later")
    node.systemctl("start", "cratekeeper.service")
    seen = set()

    def look():
        seen.add(node.status_text())
        seen.add(node.status_text("crate@1.service"))
        return any(re.search(r"waiting for the image: \d+ %", text) for text in seen)

    node.wait_for(look, 60, "a percentage")
    node.link.limit(None)
    node.until_ready(120)

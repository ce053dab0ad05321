"""A node's Docker pulls from the harness's registry at the rate of the link."""

import os
import tarfile
import time


def test_a_pull_takes_as_long_as_the_link_allows(make_node, registry, workspace):
    archive = workspace.make_directory("image") / "image.tar"
    (archive.parent / "content").write_bytes(os.urandom(4 << 20))
    with tarfile.open(archive, "w") as image:
        image.add(archive.parent / "content", "content")
    node = make_node("n1")
    registry.trust(node)
    node.boot()
    node.load_image(archive, "harness/content:1")
    name = registry.take(node, "harness/content:1", "content:1")
    assert node.docker("images", "--quiet") == ""

    node.link.limit("16mbit")
    start = time.monotonic()
    node.docker("pull", "--quiet", name)
    assert time.monotonic() - start > 1.5
    assert node.docker("images", "--quiet") != ""

"""Nodes boot even if the repository's path is longer than the kernel's limit for local socket addresses."""

import subprocess
import sys

from harness.workspace import REPOSITORY, command

PROGRAM = """import sys
sys.path.insert(0, sys.argv[1])
from harness.netns import Network
from harness.node import Node
from harness.workspace import Workspace
with Workspace() as workspace, Node(workspace, Network(workspace)) as node:
    print(node.boot().run("hostname").stdout)
"""


def test_a_node_boots_from_a_path_of_any_length(tree, tmp_path):
    deep = tmp_path / ("a" * 100) / ("b" * 100)
    deep.mkdir(parents=True)
    # With what is mounted below: tools/in-debian mounts a build of its own.
    command("mount", "--rbind", REPOSITORY, deep)
    command("mount", "--make-rprivate", deep)
    try:
        done = subprocess.run([sys.executable, "-B", "-c", PROGRAM, deep / "tests"], capture_output=True, text=True,
                              timeout=100, check=False)
    finally:
        command("umount", "--recursive", deep)
    assert done.stdout == "n1\n\n", done.stderr

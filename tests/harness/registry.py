"""A container registry in the hub, for tests of pulling: a slow one, an unreachable one, a missing image.

It serves plain HTTP on 10.77.0.1:5000 inside the harness network only. Configure nodes to trust it before they boot.
To slow it down, limit the link: `node.link.limit("8mbit")`.
"""

import os
import shutil
import subprocess

from .wait import wait_until
from .workspace import BUILD

BINARY = BUILD / "tree/usr/bin/docker-registry"
_CONFIG = """version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {directory}/data}}
http: {{addr: "{address}"}}
"""


class Registry:
    """One registry. `address` is what comes before the image's name."""

    def __init__(self, workspace, network, port=5000):
        self.address = f"{network.ADDRESS}:{port}"
        self._workspace, self._network, self._port = workspace, network, port
        self.directory = workspace.make_directory("registry")
        (self.directory / "config.yml").write_text(_CONFIG.format(directory=self.directory, address=self.address))
        self._process = None

    def start(self):
        """Starts the registry; returns itself when it answers."""
        with open(self.directory / "log", "ab") as log:
            self._process = self._workspace.spawn(
                [BINARY, "serve", self.directory / "config.yml"], self.directory.name,
                network=self._network.hub.path, stdout=log, stderr=subprocess.STDOUT,
                env={"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"})
        wait_until(self._answers, 15, f"the registry to answer on {self.address}")
        return self

    def _answers(self):
        try:
            self._network.hub.connect(self._network.ADDRESS, self._port, timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self):
        """Ends the registry; pushed images stay for the next `start`."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)

    def trust(self, node):
        """Lets the node's Docker use this registry without TLS. Call it before the node boots."""
        node.write("/etc/docker/daemon.json", f'{{"insecure-registries": ["{self.address}"]}}\n')

    def take(self, node, image, name):
        """Moves an image of the node into the registry as `name` ("crate:1"). Returns its full name."""
        full = f"{self.address}/{name}"
        node.docker("tag", image, full)
        node.docker("push", "--quiet", full)
        node.docker("rmi", "--force", full, image)
        return full

    def close(self):
        """Ends the registry and removes its content."""
        self.stop()
        self._workspace.remove_cgroup(self.directory.name)
        shutil.rmtree(self.directory, ignore_errors=True)

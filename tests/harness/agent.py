"""A node with the agent: installed by `make install`, with the stand-in as its database and an etcd beside it."""

import json
import os

from harness.node import Node
from harness.workspace import REPOSITORY

IMAGE = "cratekeeper/crate-standin:6.4.5"
IMAGE_TAR = REPOSITORY / "build/standin/image.tar"
CREDENTIALS = "/etc/cratekeeper/etcd"


class AgentNode(Node):
    """Not booted yet; `standin` are environment variables of the stand-in (STANDIN_...)."""

    def __init__(self, workspace, network, etcd, name="n1", config="", image=IMAGE, standin=None, **options):
        super().__init__(workspace, network, name, **options)
        self.etcd, self.image = etcd, image
        self.install(REPOSITORY / "build/destdir")
        self.write("/etc/cratekeeper/agent.conf", self._etcd_config() + config)
        self.write("/etc/cratekeeper/crate.env", self._crate_environment(image, standin or {}))
        self.enable("cratekeeper.socket", "sockets.target")
        self.enable("cratekeeper.service", "multi-user.target")

    def _etcd_config(self):
        lines = ["[Etcd]", f"Endpoints={self.etcd.endpoint}"]
        if self.etcd.certificates:
            for key, source in (("CAFile", self.etcd.certificates.ca),
                                ("CertificateFile", self.etcd.certificates.client),
                                ("KeyFile", self.etcd.certificates.client_key)):
                self.push(source, f"{CREDENTIALS}/{key}.pem", mode=0o644)
                lines.append(f"{key}={CREDENTIALS}/{key}.pem")
        if self.etcd.auth:
            self.write(f"{CREDENTIALS}/password", self.etcd.password + "\n")
            lines += [f"User={self.etcd.user}", f"PasswordFile={CREDENTIALS}/password"]
        return "\n".join(lines) + "\n"

    @staticmethod
    def _crate_environment(image, standin):
        """Machines without CAP_SYS_RESOURCE cannot raise limits: the container inherits the current ones, and the
        stand-in requires no more than that. The shipped unit keeps CrateDB's limits."""
        settings = {"STANDIN_MIN_NOFILE": "1024", "STANDIN_MIN_NPROC": "1", "STANDIN_MIN_MAX_MAP_COUNT": "1024", **standin}
        options = " ".join(f"--env={key}={value}" for key, value in settings.items())
        return f"CRATE_IMAGE={image}\nCRATE_LIMITS=\nCRATE_DOCKER_OPTIONS={options}\n"

    def enable(self, unit, target):
        """Does what `systemctl enable` does, on a node that is not running yet."""
        wants = self.path(f"/etc/systemd/system/{target}.wants")
        wants.mkdir(parents=True, exist_ok=True)
        os.symlink(f"/usr/lib/systemd/system/{unit}", wants / unit)

    def boot(self, image_tar=IMAGE_TAR, **options):
        # Before the agent starts, because it would try to pull an image that no registry has.
        if image_tar:
            self.preload_image(image_tar, IMAGE, before="cratekeeper.service")
        return super().boot(**options)

    def status_code(self, path="/ready"):
        """The HTTP status of a page of the agent; None while nothing answers."""
        try:
            return self.http(path)[0]
        except OSError:
            return None

    def page(self, path):
        """A JSON page of the agent."""
        return json.loads(self.http(path)[2])

    def component(self, name):
        """A component of /health: {"status": ..., "output": ...}."""
        checks = self.page("/health")["checks"]
        return next(check[0] for key, check in checks.items() if key.split(":")[0] == name)

    def status_text(self, unit="cratekeeper.service"):
        """What `systemctl status` shows as Status."""
        return self.properties(unit, "StatusText").get("StatusText", "")

    def until_ready(self, timeout=60):
        self.wait_for(lambda: self.status_code() == 200, timeout, lambda: "the node to be ready; its status: "
                      + self.status_text())
        return self

    def until_announced(self, timeout=5):
        self.wait_for(lambda: self.etcd.get(f"/services/crate/{self.name}"), timeout, "the announcement")
        return self

"""The demo fetches CrateDB's image from a registry and keeps it, or says why there is none."""

import json
import os
import sys
import tarfile

from harness.agent import IMAGE_TAR
from harness.workspace import REPOSITORY

PROGRAM = """import pathlib, sys
sys.path[:0] = sys.argv[1:3]
import crate_image
tar, reason = crate_image.fetch(sys.argv[3], pathlib.Path(sys.argv[4]))
print(tar or "none", reason or "", sep="|")
"""


def test_the_demo_uses_crates_image_if_a_registry_provides_it(network, registry, tmp_path):
    trust = tmp_path / ".config/containers/registries.conf"
    trust.parent.mkdir(parents=True)
    trust.write_text(f'[[registry]]\nlocation = "{registry.address}"\ninsecure = true\n')
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}

    def fetch(tag):
        done = network.hub.run(sys.executable, "-B", "-c", PROGRAM, REPOSITORY / "tools/demo", REPOSITORY / "tests",
                               f"{registry.address}/crate:{tag}", tmp_path / "kept", env=environment)
        return done.stdout.splitlines()[-1].split("|")

    network.hub.run("skopeo", "copy", "--quiet", f"docker-archive:{IMAGE_TAR}",
                    f"docker://{registry.address}/crate:6.4.5", env=environment)
    tar, reason = fetch("6.4.5")
    assert reason == ""
    with tarfile.open(tar) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))
    assert manifest[0]["RepoTags"] == [f"{registry.address}/crate:6.4.5"]
    assert fetch("1.0.0") == ["none", "no registry provides it: manifest unknown"]
    registry.stop()
    assert fetch("6.4.5") == [tar, ""]
    assert fetch("6.4.6") == ["none", "no registry provides it: connection refused"]
    assert os.listdir(tmp_path / "kept") == [os.path.basename(tar)]

"""Debian's ignition-validate accepts every config of `cratectl site`, and the agent accepts its part of it."""

import json
import pathlib
import urllib.parse

import pytest

from harness.workspace import BUILD, REPOSITORY, command

EXAMPLE = REPOSITORY / "image/site.example"
WHOLE = REPOSITORY / "tests/unit/fixtures/site/whole.site"


def cratectl(*argv, **more):
    return command(BUILD / "cratectl", "site", *argv, **more)


@pytest.mark.parametrize(("site", "target"), [(EXAMPLE, "cratekeeper"), (WHOLE, "cratekeeper"), (WHOLE, "flatcar"),
                                              (WHOLE, "fcos")])
def test_site_configs_are_valid_for_ignition(workspace, site, target):
    directory = workspace.make_directory("configs")
    written = cratectl(site, "--target", target, "--all", directory).stdout.split()
    assert sorted(written) == sorted(map(str, directory.iterdir())) and len(written) >= 2
    for path in map(pathlib.Path, written):
        assert command("ignition-validate", path).stdout == ""
        assert cratectl(site, "--target", target, "--node", path.stem).stdout == path.read_text()
        contents = {file["path"]: file["contents"]["source"] for file in json.loads(path.read_text())["storage"]["files"]}
        drop_in = directory / "50-site.conf"
        drop_in.write_text(urllib.parse.unquote(contents["/etc/cratekeeper/agent.conf.d/50-site.conf"][len("data:,"):]))
        command(BUILD / "cratekeeperd", "--check-config", "--config", drop_in)
        drop_in.write_text(drop_in.read_text().replace("Endpoints=", "Endpoint="))
        assert command(BUILD / "cratekeeperd", "--check-config", "--config", drop_in, check=False).returncode == 1


def test_a_wrong_site_file_is_refused_with_its_lines_and_writes_nothing(workspace):
    directory = workspace.make_directory("configs")
    wrong = directory / "site"
    wrong.write_text(EXAMPLE.read_text().replace("Gateway=192.168.1.1\n", "Gateway=192.168.2.1\n", 1))
    done = cratectl(wrong, "--all", directory / "out", check=False)
    assert done.returncode == 1 and not (directory / "out").exists()
    line = wrong.read_text().splitlines().index("Gateway=192.168.2.1") + 1
    assert f"{wrong}:{line}: [Node nuc1] Gateway: expected an address in the network of Address" in done.stderr
    assert cratectl(wrong, "--check", check=False).returncode == 1
    assert cratectl(EXAMPLE, "--check").returncode == 0
    unknown = cratectl(EXAMPLE, "--node", "nuc9", check=False)
    assert unknown.returncode == 1 and "expected one of nuc1, nuc2, nuc3, nuc4" in unknown.stderr

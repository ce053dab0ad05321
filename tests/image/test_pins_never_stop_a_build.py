"""The build takes tested versions if a mirror has them, otherwise the newest; only PINS=strict makes that an error."""

import json
import os
import subprocess

import pytest

from harness.workspace import REPOSITORY

PACKAGES = REPOSITORY / "image/packages"
WANTED = {line.split()[0] for path in ("mkosi.conf", "mkosi.conf.d/disk.conf", "mkosi.images/initrd/mkosi.conf")
          for line in (REPOSITORY / "image" / path).read_text().partition("Packages=\n")[2].splitlines()
          if line.startswith("    ") and line[4:5].islower()}


class Mirror:
    """A mirror in a directory, whose packages cannot be fetched because only apt's lists are read; and a lock file."""

    def __init__(self, directory):
        self._directory = directory
        self._packages = []
        self.lock, self.preferences = directory / "lock", directory / "preferences"
        for name in sorted(WANTED | {"base-files"}):
            self.offer(name, "1")
        self.tested({name: "1" for name in WANTED | {"base-files"}})

    def offer(self, name, *versions, source=None, depends=""):
        self._packages = [each for each in self._packages if each[0] != name]
        self._packages += [(name, version, source or name, depends) for version in versions]

    def tested(self, versions):
        self.lock.write_text("# a comment\n" + "".join(f"{name} {version}\n" for name, version in versions.items()))

    def pins(self, **environment):
        with open(self._directory / "Packages", "w", encoding="utf-8") as index:
            for name, version, source, depends in self._packages:
                index.write(f"Package: {name}\nVersion: {version}\nSource: {source}\nArchitecture: amd64\n"
                            f"Essential: {'yes' if name == 'base-files' else 'no'}\n"
                            + (f"Depends: {depends}\n" if depends else "") +
                            f"Filename: ./{name}.deb\nSize: 1\nSHA256: {'0' * 64}\nDescription: none\n\n")
        sources = self._directory / "sources.list"
        sources.write_text(f"deb [trusted=yes] file:{self._directory} ./\n")
        work = self._directory / "work"
        done = subprocess.run([PACKAGES, "--lock", self.lock, "pins", sources, work, self.preferences], check=False,
                              capture_output=True, text=True, timeout=60, env=os.environ | environment)
        pinned = {}
        if done.returncode == 0:
            for stanza in self.preferences.read_text().strip().split("\n\n"):
                fields = dict(line.split(": ", 1) for line in stanza.splitlines())
                if fields:
                    assert fields["Pin-Priority"] == "1001"
                    pinned[fields["Package"]] = fields["Pin"].removeprefix("version ")
        return done, pinned


@pytest.fixture
def mirror(tmp_path):
    return Mirror(tmp_path)


def manifest(path, packages):
    listed = [{"name": name, "version": version} for name, version in packages.items()]
    path.write_text(json.dumps({"packages": listed}))
    return path


def check(mirror, tmp_path, packages, *options, **environment):
    listed = manifest(tmp_path / "m", packages)
    done = subprocess.run([PACKAGES, "--lock", mirror.lock, "check", *options, "newer", listed], check=False,
                          capture_output=True, text=True, cwd=tmp_path, env=os.environ | environment)
    newer = tmp_path / "newer"
    return done, newer.read_text() if newer.exists() else None


def test_versions_the_mirror_has_are_pinned_even_if_there_are_newer_ones(mirror):
    mirror.offer("etcd-server", "1", "2")
    done, pinned = mirror.pins(PINS="strict")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert pinned == {name: "1" for name in WANTED | {"base-files"}}


def test_versions_no_mirror_has_are_not_pinned(mirror):
    mirror.tested({name: "0" for name in WANTED | {"base-files"}})
    done, pinned = mirror.pins()
    assert (done.returncode, done.stdout, pinned) == (0, "", {})
    done, _ = mirror.pins(PINS="strict")
    assert done.returncode == 1
    assert "\n  etcd-server 0 -> 1\n" in done.stderr
    assert "\nPINS=strict stops here;" in done.stderr


def test_pins_newest_takes_the_newest_of_everything(mirror):
    mirror.offer("etcd-server", "1", "2")
    done, pinned = mirror.pins(PINS="newest")
    assert (done.returncode, pinned) == (0, {})
    done, _ = mirror.pins(PINS="Strict")
    assert done.returncode == 1
    assert done.stderr == "packages: PINS=Strict is unknown; expected one of: tested (the default), newest, strict\n"


def test_packages_of_one_source_are_pinned_together_or_not_at_all(mirror):
    mirror.offer("systemd", "1", "2", source="systemd")
    mirror.offer("udev", "2", source="systemd")
    done, pinned = mirror.pins()
    assert done.returncode == 0
    assert "systemd" not in pinned and "udev" not in pinned
    assert pinned["etcd-server"] == "1"


def test_tested_versions_that_do_not_fit_together_are_given_up(mirror):
    # From different sources, so no common source says that they belong together.
    mirror.offer("docker.io", "1", "2")
    mirror.offer("docker-cli", "2", depends="docker.io (>= 2)")
    mirror.tested({name: "1" for name in WANTED})
    done, pinned = mirror.pins()
    assert (done.returncode, pinned) == (0, {})
    assert done.stdout == \
        "packages: the remaining tested versions cannot be installed together; taking the newest of all\n"


def test_a_package_that_no_mirror_has_is_named(mirror):
    mirror.offer("etcd-client")
    done, _ = mirror.pins()
    assert done.returncode == 1
    assert done.stderr == ("packages: no mirror of this machine has etcd-client, required by image/mkosi.conf; use "
                           "another mirror, or wait until a mirror has it again\n")


def test_a_mirror_that_does_not_answer_is_an_error_with_the_next_step(mirror, tmp_path):
    sources = tmp_path / "sources.list"
    sources.write_text(f"deb [trusted=yes] file:{tmp_path}/nowhere ./\n")
    work = tmp_path / "work"
    done = subprocess.run([PACKAGES, "--lock", mirror.lock, "pins", sources, work, mirror.preferences], check=False,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.endswith("packages: cannot reach the package mirrors; check the network and run the same "
                                "command again\n")


def test_differences_are_reported_in_one_line_and_a_list(mirror, tmp_path):
    mirror.tested({"a": "1", "b": "1", "c": "1"})
    done, newer = check(mirror, tmp_path, {"a": "1", "b": "1", "c": "1"})
    assert (done.returncode, done.stdout, newer) == (0, "packages: all 3 are the tested versions\n", None)
    done, newer = check(mirror, tmp_path, {"a": "2", "b": "1", "d": "1"})
    assert (done.returncode, done.stdout) == (
        0, "packages: of 3 packages 1 newer than tested (a), 1 not tested before (d), 1 gone (c); full list: newer\n")
    assert newer == "a 1 -> 2\nc 1 -> none\nd none -> 1\n"
    done, _ = check(mirror, tmp_path, {"a": "1~rc1", "b": "1", "c": "1"})
    assert done.stdout == "packages: of 3 packages 1 older than tested (a); full list: newer\n"
    done, newer = check(mirror, tmp_path, {"a": "2"}, "--part", PINS="strict")
    assert (done.returncode, newer) == (0, "a 1 -> 2\n")


def test_a_release_is_strict(mirror, tmp_path):
    mirror.tested({"a": "1"})
    done, newer = check(mirror, tmp_path, {"a": "2"}, PINS="strict")
    assert (done.returncode, newer) == (1, "a 1 -> 2\n")
    assert done.stderr.endswith("PINS=strict stops here; the built files are complete\n")


def test_accepting_makes_everything_tested(mirror, tmp_path):
    packages = {"a": "2", "d": "1"}
    subprocess.run([PACKAGES, "--lock", mirror.lock, "update", manifest(tmp_path / "m", packages)], check=True)
    done, newer = check(mirror, tmp_path, packages, PINS="strict")
    assert (done.returncode, newer) == (0, None)

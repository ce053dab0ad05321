"""A Debian repository on disk, with source and binary packages of a few bytes, for the build tests.

`Repository` makes the packages and the indices; `Build` runs the tools of tools/deps like a host whose apt has only
that repository. Both stay inside the given directory and use no network.
"""

import gzip
import hashlib
import os
import pathlib
import subprocess

from harness.workspace import REPOSITORY

TOOLS = REPOSITORY / "tools/deps"


def run(*argv, cwd=None):
    subprocess.run([str(each) for each in argv], cwd=cwd, check=True, capture_output=True)


class Repository:
    """`add_source` and `add_binary` add a version, `publish` writes the indices of the suite."""

    def __init__(self, directory, suite="trixie"):
        self.directory = directory
        self.suite = suite
        self.pool = directory / "pool"
        self.pool.mkdir(parents=True)
        self.publish()

    def add_source(self, package, version, content="tiny\n"):
        source = self.directory / "work" / package
        (source / "debian/source").mkdir(parents=True, exist_ok=True)
        (source / "debian/source/format").write_text("3.0 (native)\n")
        (source / "content").write_text(content)
        (source / "debian/control").write_text(
            f"Source: {package}\nMaintainer: Test <test@example.org>\nStandards-Version: 4.6.2\n\n"
            f"Package: {package}\nArchitecture: all\nDescription: tiny\n")
        (source / "debian/changelog").write_text(
            f"{package} ({version}) {self.suite}; urgency=low\n\n  * Tiny.\n\n"
            " -- Test <test@example.org>  Mon, 01 Jan 2024 00:00:00 +0000\n")
        run("dpkg-source", "--build", source, cwd=self.pool)

    def add_binary(self, package, version, archive=None):
        """`archive` is the content of a library in the package."""
        tree = self.directory / "work" / f"{package}.deb"
        (tree / "DEBIAN").mkdir(parents=True, exist_ok=True)
        (tree / "usr/include").mkdir(parents=True, exist_ok=True)
        (tree / "usr/include" / f"{package}.h").write_text(f"// {version}\n")
        library = tree / "usr/lib/x86_64-linux-gnu/libtiny.a"
        library.parent.mkdir(parents=True, exist_ok=True)
        library.unlink(missing_ok=True)
        if archive is not None:
            library.write_bytes(archive)
        (tree / "DEBIAN/control").write_text(
            f"Package: {package}\nVersion: {version}\nArchitecture: amd64\n"
            "Maintainer: Test <test@example.org>\nDescription: tiny\n")
        run("dpkg-deb", "--build", "--root-owner-group", tree, self.pool)

    def publish(self):
        """Writes Packages, Sources and Release, as a mirror does from time to time."""
        suite = self.directory / "dists" / self.suite
        listed = []
        for tool, name in (("dpkg-scanpackages", "main/binary-amd64/Packages"), ("dpkg-scansources", "main/source/Sources")):
            index = suite / name
            index.parent.mkdir(parents=True, exist_ok=True)
            every = ["--multiversion"] if tool == "dpkg-scanpackages" else []
            text = subprocess.run([tool, *every, "pool"], cwd=self.directory, check=True, capture_output=True).stdout
            for file, content in ((index, text), (index.with_suffix(".gz"), gzip.compress(text))):
                file.write_bytes(content)
                listed.append(f" {hashlib.sha256(content).hexdigest()} {len(content)} {file.relative_to(suite)}")
        (suite / "Release").write_text(
            f"Suite: {self.suite}\nCodename: {self.suite}\nComponents: main\nArchitectures: amd64\n"
            "Date: Mon, 01 Jan 2024 00:00:00 UTC\nSHA256:\n" + "\n".join(listed) + "\n")


class Build:
    """The tools of tools/deps on a host whose apt has one mirror, with the test's own lock file."""

    def __init__(self, directory, mirror):
        self.directory = directory
        self.prefix = directory / "deps"
        self.lock = directory / "libraries.lock"
        self.apt = directory / "apt.conf"
        (directory / "parts").mkdir(parents=True)
        # A Debian 12 host: the tools must replace the suite's name.
        (directory / "sources.list").write_text(f"deb {mirror} bookworm main\n")
        self.apt.write_text(
            f'Dir::Etc::sourcelist "{directory}/sources.list";\nDir::Etc::sourceparts "{directory}/parts";\n'
            'Acquire::AllowInsecureRepositories "true";\nAPT::Get::AllowUnauthenticated "true";\n'
            'Acquire::Retries "0";\n')

    def pin(self, *lines):
        self.lock.write_text("".join(f"libraries {line}\n" for line in lines))

    def tool(self, name, *argv, **environment):
        """Runs a tool and returns the result, with output and errors in one text."""
        with self.start(name, *argv, **environment) as process:
            output, _ = process.communicate(timeout=60)
            return subprocess.CompletedProcess(process.args, process.returncode, output)

    def start(self, name, *argv, **environment):
        """Starts a tool in a new process group, as a shell with job control does."""
        return subprocess.Popen(
            [str(TOOLS / name), *map(str, argv)], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True, env={**os.environ, "APT_CONFIG": str(self.apt), "LC_ALL": "C",
                                         "LIBRARIES_LOCK": str(self.lock), **environment})

    def fetch(self, **environment):
        """Fetches the pinned packages, which must succeed; returns the output."""
        done = self.try_to_fetch(**environment)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def try_to_fetch(self, **environment):
        return self.tool("fetch-packages", "--fetch", self.prefix / "apt", "libraries", **environment)

    def refused(self, **environment):
        """Fetches the pinned packages, which must fail; returns the output."""
        done = self.try_to_fetch(**environment)
        assert done.returncode != 0, done.stdout
        return done.stdout

    def newer(self):
        return self.tool("pins", "newer", self.prefix).stdout

    def chosen(self, package):
        """The fetched version."""
        return (self.prefix / "apt/chosen" / package).read_text().split()[2]

    def unpacked(self, package):
        """The directory with the unpacked package."""
        destination = self.directory / "unpacked" / package
        done = self.tool("fetch-packages", "--unpack", package, destination, self.prefix / "apt")
        assert done.returncode == 0, done.stdout
        return pathlib.Path(destination)

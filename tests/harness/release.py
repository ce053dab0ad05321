"""A build directory with a small substitute for the disk image, and the release that tools/release/pack makes of it.

Only cratectl and the scripts are real. Nothing here needs root.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess

from .workspace import REPOSITORY, command

VERSION = re.search(r'kVersion = "(.*)";', (REPOSITORY / "agent/version.hpp").read_text())[1]
TOOLS = f"cratekeeper-tools-{VERSION}-x86-64"


class Build:
    """A small version of the output of `make image`."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.image = self.directory / "image"
        self.image.mkdir(parents=True)
        shutil.copy(REPOSITORY / "build/cratectl", self.directory)
        (self.image / "cratekeeper-nuc.raw.zst").write_bytes(b"image")
        (self.image / "cratekeeper-nuc.raw.bmap").write_text("map\n")
        (self.image / "initrd.manifest").write_text("{}\n")
        (self.image / "cratekeeper.raw").write_bytes(b"extension")
        self._fetch("curl", "curl_8.debian.tar.xz", "debian/copyright")
        self._fetch("libcap-dev", "libcap-dev_2.deb", "usr/share/doc/libcap-dev/copyright")
        self.say_version(VERSION)
        self.release = self.directory / f"release-{VERSION}"

    def take_image(self, image):
        """Replaces the disk image with a compressed image of the flash tests."""
        image.compressed().rename(self.image / "cratekeeper-nuc.raw.zst")
        shutil.copy(f"{image.raw}.bmap", self.image / "cratekeeper-nuc.raw.bmap")

    def _fetch(self, package, file, path):
        """Writes what the library build keeps of a source or binary package, with a license at `path`."""
        fetched = self.directory / "deps/apt"
        content = self.directory / "content" / package
        for directory in (fetched / "chosen", fetched / "download", (content / path).parent, content / "DEBIAN"):
            directory.mkdir(parents=True, exist_ok=True)
        (content / path).write_text(f"License of {package}\n")
        (content / "DEBIAN/control").write_text(
            f"Package: {package}\nVersion: 2\nArchitecture: all\nMaintainer: nobody <nobody@example>\nDescription: none\n")
        if file.endswith(".deb"):
            command("dpkg-deb", "--root-owner-group", "--build", content, fetched / "download" / file)
        else:
            command("tar", "-cJf", fetched / "download" / file, "-C", content, path)
        (fetched / "chosen" / package).write_text(f"kind 1 1\n0123  {file}\n0123  {package}.dsc\n")
        shutil.rmtree(self.directory / "content")

    def say_version(self, version):
        """Sets the version in mkosi's manifest."""
        manifest = {"manifest_version": 1, "config": {"name": "cratekeeper", "version": version}}
        (self.image / "cratekeeper-nuc.manifest").write_text(json.dumps(manifest))

    def pack(self, **environment):
        """Runs the packer to its end."""
        return command(REPOSITORY / "tools/release/pack", self.directory, check=False,
                       env={**os.environ, "PINS": "", **environment})

    def begin_packing(self, **environment):
        """Starts the packer and returns its process."""
        return subprocess.Popen([REPOSITORY / "tools/release/pack", self.directory], env={**os.environ, **environment},
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def leftovers(self):
        """What was added to the directory."""
        return {path.name for path in self.directory.iterdir()} - {"cratectl", "image", "deps"}

    def unpack_tools(self, directory):
        """Unpacks the tar as a user does, and returns the directory it creates."""
        command("tar", "--extract", "--gzip", "--file", self.release / f"{TOOLS}.tar.gz", "--directory", directory)
        return pathlib.Path(directory) / TOOLS

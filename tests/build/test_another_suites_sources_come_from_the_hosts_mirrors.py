"""A suite's sources derive from the host's own: the same mirrors, with the suite's name instead of the host's."""

import pytest

HOSTS = {
    "one-line entries": ("sources.list", """
        deb http://mirror.example/debian bookworm main contrib
        deb [arch=amd64 signed-by=/etc/keys.gpg] http://mirror.example/debian bookworm-updates main
        deb-src http://mirror.example/debian bookworm main
        # deb http://commented.example/debian bookworm main
        deb http://security.example bookworm-security main
        deb https://other.example/node nodistro main
        """),
    "deb822": ("parts/debian.sources", """
        Types: deb deb-src
        URIs: http://mirror.example/debian
        Suites: trixie trixie-updates
        Components: main

        Types: deb
        URIs: http://security.example
        Suites: trixie-security
        Components: main non-free-firmware

        Enabled: no
        Types: deb
        URIs: http://switched-off.example
        Suites: trixie
        Components: main
        """),
    "stable": ("sources.list", """
        deb http://mirror.example/debian stable main
        deb http://mirror.example/debian stable-updates main
        deb http://security.example stable-security main
        """),
}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("kind", ["deb", "deb-src"])
def test_mirrors_stay_and_suites_change(build, host, kind):
    file, text = HOSTS[host]
    (build.directory / "sources.list").write_text("")
    (build.directory / file).write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n")
    key = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
    assert build.tool("suite-sources", kind, "trixie").stdout.splitlines() == [
        f"{kind} {key} http://mirror.example/debian/ trixie main",
        f"{kind} {key} http://mirror.example/debian/ trixie-updates main",
        f"{kind} {key} http://security.example/ trixie-security main",
    ]

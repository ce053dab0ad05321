"""Without a network the build ends with one sentence; packages fetched before need no network."""


def unplug(build):
    """Replaces every mirror with a closed port on the loopback interface."""
    (build.directory / "sources.list").write_text("deb http://127.0.0.1:9/debian bookworm main\n")


def test_the_sentence_names_the_reason_and_the_next_step(build):
    unplug(build)
    said = build.refused()
    assert "cannot reach the package mirrors (Could not connect to 127.0.0.1:9" in said
    assert "Check the network, then run the same command again; nothing is lost." in said


def test_the_next_try_goes_on(mirror, build):
    unplug(build)
    build.refused()
    (build.directory / "sources.list").write_text(f"deb file:{mirror.directory} bookworm main\n")
    build.fetch()
    assert (build.unpacked("tiny") / "content").read_text() == "tiny\n"


def test_what_is_here_needs_no_network(build):
    build.fetch()
    unplug(build)
    assert build.fetch() == ""
    assert (build.unpacked("tiny") / "content").read_text() == "tiny\n"

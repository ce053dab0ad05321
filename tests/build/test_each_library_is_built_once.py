"""A library is built once, again when its version changed, and resumes cleanly after an interrupted build."""


def built(build):
    done = build.tool("build-libraries", build.prefix, "libraries")
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_progress_is_shown_and_the_second_time_nothing_happens(build):
    build.pin("binary tiny-dev 1.0")
    assert "library 1 of 1: tiny-dev 1.0 (about 1 s)" in built(build)
    assert (build.prefix / "include/tiny-dev.h").read_text() == "// 1.0\n"
    assert built(build) == ""


def test_another_version_is_built(mirror, build):
    build.pin("binary tiny-dev 1.0")
    built(build)
    mirror.add_binary("tiny-dev", "1.1")
    mirror.publish()
    (build.prefix / "apt/lists/updated").unlink()
    build.pin("binary tiny-dev 1.1")
    built(build)
    assert (build.prefix / "include/tiny-dev.h").read_text() == "// 1.1\n"


def test_an_interrupted_library_is_built_again(build):
    build.pin("binary tiny-dev 1.0")
    built(build)
    (build.prefix / "stamps/tiny-dev").unlink()
    (build.prefix / "source/tiny-dev").mkdir()
    (build.prefix / "source/tiny-dev/half").touch()
    assert "library 1 of 1" in built(build)
    assert not (build.prefix / "include/half").exists()


def test_what_is_newer_than_tested_is_told_once(build):
    build.pin("binary tiny-dev 0.9")
    built(build)
    line = "built with versions other than those tested: tiny-dev 1.0 (tested: 0.9)\n"
    assert build.tool("pins", "tell", build.prefix).stdout == line
    assert build.tool("pins", "tell", build.prefix).stdout == ""
    assert (build.prefix / "newer-than-tested").read_text() == line


def test_a_library_that_does_not_build_fails_until_it_does(mirror, build):
    mirror.add_binary("tiny-dev", "1.1", archive=b"no archive")
    mirror.publish()
    build.pin("binary tiny-dev 1.1")
    for _ in range(2):
        done = build.tool("build-libraries", build.prefix, "libraries")
        assert done.returncode == 1, done.stdout
        assert f"tiny-dev 1.1 failed to build; the full log is in {build.prefix}/tiny-dev.log" in done.stdout
    build.pin("binary tiny-dev 1.0")
    built(build)
    assert (build.prefix / "include/tiny-dev.h").read_text() == "// 1.0\n"

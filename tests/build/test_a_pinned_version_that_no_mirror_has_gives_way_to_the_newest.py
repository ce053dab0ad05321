"""If no mirror has the locked versions, the build uses the newest ones of Debian 13 and says so in one line."""


def test_the_newest_is_taken_and_named(mirror, build):
    mirror.add_source("tiny", "1.2")
    mirror.add_source("tiny", "1.10")
    mirror.publish()
    build.pin("source tiny 0.9", "binary tiny-dev 0.8")
    build.fetch()
    assert build.chosen("tiny") == "1.10"
    assert build.newer() == ("built with versions other than those tested: tiny 1.10 (tested: 0.9), "
                             "tiny-dev 1.0 (tested: 0.8)\n")


def test_what_was_taken_is_kept_without_asking_again(mirror, build):
    build.pin("source tiny 0.9")
    build.fetch()
    mirror.add_source("tiny", "1.1")
    mirror.publish()
    assert build.fetch() == ""
    assert build.chosen("tiny") == "1.0"


def test_a_maintainer_moves_the_pins_to_what_was_built(build):
    build.pin("source tiny 0.9", "binary tiny-dev 1.0")
    build.fetch()
    assert "tiny: 0.9 -> 1.0" in build.tool("pins", "update", build.prefix).stdout
    assert build.lock.read_text() == "libraries source tiny 1.0\nlibraries binary tiny-dev 1.0\n"

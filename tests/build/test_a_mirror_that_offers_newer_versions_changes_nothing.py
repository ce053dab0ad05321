"""As long as a mirror has the tested versions, the build uses them, whatever else it offers."""


def test_the_tested_version_is_taken(mirror, build):
    mirror.add_source("tiny", "1.1")
    mirror.add_binary("tiny-dev", "2.0")
    mirror.publish()
    build.fetch()
    assert (build.chosen("tiny"), build.chosen("tiny-dev")) == ("1.0", "1.0")
    assert build.newer() == ""


def test_the_newest_is_taken_when_asked_for(mirror, build):
    build.fetch()
    mirror.add_source("tiny", "1.1")
    mirror.publish()
    build.fetch(PINS="newest")
    assert build.chosen("tiny") == "1.1"
    assert build.newer() == "built with versions other than those tested: tiny 1.1 (tested: 1.0)\n"


def test_a_listed_version_that_cannot_be_fetched_gives_way(mirror, build):
    mirror.add_source("tiny", "1.1")
    mirror.publish()
    (mirror.pool / "tiny_1.0.dsc").unlink()
    build.fetch()
    assert build.chosen("tiny") == "1.1"

"""PINS=strict is for whoever makes a release: any other version than the tested one is an error."""


def test_the_versions_that_there_are_stand_in_the_error(mirror, build):
    mirror.add_source("tiny", "1.1")
    mirror.publish()
    build.pin("source tiny 0.9")
    said = build.refused(PINS="strict")
    assert "PINS=strict: tiny 0.9 was tested, the mirrors have: 1.1 1.0." in said


def test_what_was_built_before_counts_as_well(build):
    build.pin("source tiny 0.9")
    build.fetch()
    assert "tiny 0.9 was tested" in build.refused(PINS="strict")
    told = build.tool("pins", "tell", build.prefix, PINS="strict")
    assert told.returncode == 1
    assert "PINS=strict: built with other versions than were tested: tiny 1.0 (tested: 0.9)" in told.stdout


def test_the_tested_versions_pass(build):
    build.fetch(PINS="strict")
    assert build.tool("pins", "tell", build.prefix, PINS="strict").returncode == 0


def test_another_word_is_refused(build):
    assert "PINS=loose is not known; it is one of: tested (the default), newest, strict." in build.refused(PINS="loose")

"""PINS=strict is for making a release: any version other than the tested one is an error."""


def test_the_error_names_the_available_versions(mirror, build):
    mirror.add_source("tiny", "1.1")
    mirror.publish()
    build.pin("source tiny 0.9")
    said = build.refused(PINS="strict")
    assert "PINS=strict: the tested version is tiny 0.9, the mirrors have: 1.1 1.0." in said


def test_an_earlier_build_counts_too(build):
    build.pin("source tiny 0.9")
    build.fetch()
    assert "the tested version is tiny 0.9" in build.refused(PINS="strict")
    told = build.tool("pins", "tell", build.prefix, PINS="strict")
    assert told.returncode == 1
    assert "PINS=strict: built with versions other than those tested: tiny 1.0 (tested: 0.9)" in told.stdout


def test_the_tested_versions_pass(build):
    build.fetch(PINS="strict")
    assert build.tool("pins", "tell", build.prefix, PINS="strict").returncode == 0


def test_another_word_is_refused(build):
    assert "PINS=loose is unknown; expected one of: tested (the default), newest, strict." in build.refused(PINS="loose")

"""A built checkout can be moved: no object contains its build path, and make has nothing to do in the new place."""

import shutil

from harness.checkout import OBJECTS, Checkout


def test_a_moved_checkout_compiles_nothing(tmp_path):
    first = Checkout(tmp_path / "here")
    first.make(*OBJECTS)
    moved = tmp_path / "a-place-with-a-much-longer-name" / "here"
    shutil.copytree(first.directory, moved)
    shutil.rmtree(first.directory)

    second = Checkout.__new__(Checkout)
    second.directory = moved
    said = second.make(*OBJECTS).stdout
    assert "c++" not in said, said
    for name in OBJECTS:
        assert str(tmp_path).encode() not in (moved / name).read_bytes()


def test_after_the_move_an_edited_header_compiles_what_includes_it(tmp_path):
    first = Checkout(tmp_path / "here")
    first.make(*OBJECTS)
    first.directory.rename(tmp_path / "there")
    first.directory = tmp_path / "there"
    first.write("agent/one.hpp", "// Its header.\n#pragma once\nconstexpr int kOne = 11;\n")
    said = first.make(*OBJECTS).stdout
    assert "c++ agent/one.cpp" in said
    assert "c++ agent/two.cpp" not in said

"""`make clean` removes compiled files; it keeps libraries and trees, which take minutes and a mirror to remake."""

from harness.checkout import OBJECTS, Checkout


def test_clean_keeps_libraries_and_trees(tmp_path):
    checkout = Checkout(tmp_path)
    checkout.make(*OBJECTS)
    kept = ["build/deps/lib/libcurl.a", "build/tree/etc/passwd", "build/debian-13/etc/passwd", "build/tools-tree/bin/sh"]
    for name in kept:
        checkout.write(name, "")
    checkout.make("clean")
    assert [name for name in kept if not (tmp_path / name).exists()] == []
    assert [name for name in OBJECTS if (tmp_path / name).exists()] == []

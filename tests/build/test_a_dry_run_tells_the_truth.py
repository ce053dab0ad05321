"""`make -n` shows what make would do: nothing after a build, and every object after the flags changed."""

from harness.checkout import OBJECTS, Checkout


def compiled(said):
    """The number of compiler calls in a dry run."""
    return sum(" -c agent/" in line for line in said.splitlines())


def test_a_dry_run_tells_the_truth(tmp_path):
    checkout = Checkout(tmp_path)
    assert compiled(checkout.make("-n", *OBJECTS).stdout) == len(OBJECTS)
    checkout.make(*OBJECTS)
    assert compiled(checkout.make("-n", *OBJECTS).stdout) == 0


def test_changed_flags_compile_again_and_a_comment_does_not(tmp_path):
    checkout = Checkout(tmp_path)
    checkout.make(*OBJECTS)
    makefile = (tmp_path / "Makefile").read_text()
    checkout.write("Makefile", "# A comment.\n" + makefile)
    assert compiled(checkout.make("-n", *OBJECTS).stdout) == 0
    checkout.write("Makefile", makefile.replace("-Os", "-O1"))
    assert compiled(checkout.make("-n", *OBJECTS).stdout) == len(OBJECTS)
    assert "c++ agent/two.cpp" in checkout.make(*OBJECTS).stdout


def test_the_count_is_that_of_what_is_left(tmp_path):
    checkout = Checkout(tmp_path)
    assert "1/2]" in checkout.make(*OBJECTS).stdout
    checkout.write("agent/one.cpp", "// A source.\nint one();\nint one() { return 3; }\n")
    said = checkout.make(*OBJECTS).stdout
    assert "1/1] c++ agent/one.cpp" in said, said

"""On the volumes of the live tests damage shows in the kernel's counters, for the damaged device."""

from harness.btrfs import MIB


def test_reading_a_damaged_mirror_moves_the_counters_of_that_device(make_volume):
    volume = make_volume(size=512 * MIB, devices=2, profile="raid1")
    file = volume.fill(8 * MIB)
    assert volume.corrupt(file, device=1, blocks=4) == 4
    volume.read_all_mirrors(file)
    errors = volume.errors()
    assert errors[1]["corruption_errs"] == 0
    assert errors[2]["corruption_errs"] > 0


def test_a_volume_remounted_read_only_refuses_writes(make_volume):
    volume = make_volume(size=256 * MIB)
    volume.remount("ro")
    try:
        (volume.path / "file").write_text("x")
    except OSError as error:
        assert error.errno == 30  # EROFS
    else:
        raise AssertionError("expected the write to be refused")

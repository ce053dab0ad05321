"""hal/files on a real file system replaces a file completely or not at all, for any reader and after any failure."""

import os
import stat

import pytest

from harness.driver import Driver


class Files(Driver):
    """Runs commands and returns their answers."""

    def ask(self, verb, path, **fields):
        """The answer to one command."""
        self.send(verb, path=str(path), **fields)
        return self.result()


@pytest.fixture(name="files")
def make_files():
    with Files("files_driver") as driver:
        yield driver


@pytest.fixture(name="directory")
def make_directory(workspace):
    return workspace.make_directory("files")


def test_a_reader_never_sees_half_of_a_file_that_is_being_replaced(files, directory):
    path = directory / "peers"
    texts = {letter * 100_000 for letter in "ab"}
    path.write_text("a" * 100_000)
    for _ in range(100):
        for text in texts:
            files.send("write", path=str(path), content=text)
            while files.silent_for(0):
                assert path.read_text() in texts
            assert files.result() == {"done": True}
    assert os.listdir(directory) == ["peers"]


def test_missing_directories_are_made_and_the_mode_does_not_depend_on_the_umask(directory):
    path = directory / "a/b/secret"
    with Files("files_driver", umask=0o077) as files:
        assert files.ask("write", path, content="x", mode=0o644) == {"done": True}
        assert files.ask("write", path, content="x", mode=0o600) == {"done": True}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_crash_left_behind_is_no_obstacle(files, directory):
    (directory / ".peers.new").write_text("half a li")
    assert files.ask("write", directory / "peers", content="whole\n") == {"done": True}
    assert os.listdir(directory) == ["peers"]


def test_a_directory_in_the_way_is_an_error_that_leaves_nothing_behind(files, directory):
    (directory / "peers").mkdir()
    assert str(directory / "peers") in files.ask("write", directory / "peers", content="x")["error"]
    assert os.listdir(directory) == ["peers"]


def test_a_full_disk_keeps_the_old_file(files, workspace):
    mount = workspace.make_directory("full")
    assert os.system(f"mount -t tmpfs -o size=64k tmpfs {mount}") == 0
    try:
        assert files.ask("write", mount / "peers", content="old\n") == {"done": True}
        assert "free space" in files.ask("write", mount / "peers", content="x" * 100_000)["error"]
        assert (mount / "peers").read_text() == "old\n" and os.listdir(mount) == ["peers"]
    finally:
        os.system(f"umount {mount}")


def test_a_missing_file_is_nothing_and_a_long_one_a_terminal_error(files, directory):
    assert files.ask("read", directory / "missing") == {"content": None}
    assert files.ask("read", directory / "missing/below") == {"content": None}
    (directory / "long").write_text("x" * 11)
    assert files.ask("read", directory / "long", limit=11) == {"content": "x" * 11}
    answer = files.ask("read", directory / "long", limit=10)
    assert answer["terminal"] and "10 bytes" in answer["error"]


def test_files_without_a_true_size_are_read_whole(files):
    assert files.ask("read", "/proc/version")["content"].startswith("Linux version")


def test_a_list_is_sorted_and_has_regular_files_and_links_to_them_only(files, directory):
    for name in ("20-b.conf", "10-a.conf", "note.txt"):
        (directory / name).write_text("")
    (directory / "30-directory.conf").mkdir()
    (directory / "40-link.conf").symlink_to("note.txt")
    (directory / "50-dangling.conf").symlink_to("nowhere")
    assert files.ask("list", directory, suffix=".conf") == {"names": ["10-a.conf", "20-b.conf", "40-link.conf"]}
    assert files.ask("list", directory / "missing", suffix=".conf") == {"names": []}

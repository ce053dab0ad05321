"""Bootstrap checks are enforced, with exit status 78, once the node publishes anything but loopback."""

import pytest

from harness.standin import AS_NOBODY

PUBLISHED = {"network.publish_host": "192.0.2.1"}
IMPOSSIBLE = {"STANDIN_MIN_NOFILE": "1000000000", "STANDIN_MIN_NPROC": "0", "STANDIN_MIN_MAX_MAP_COUNT": "0"}
POSSIBLE = {"STANDIN_MIN_NOFILE": "64", "STANDIN_MIN_NPROC": "0", "STANDIN_MIN_MAX_MAP_COUNT": "0"}


def test_too_few_open_files_end_it_with_78(make_standin):
    standin = make_standin(settings=PUBLISHED, environment=IMPOSSIBLE).start()
    assert standin.exit_status() == 78
    assert "[1] bootstrap checks failed" in standin.says()
    assert "for crate process is too low, increase to at least [1000000000]" in standin.says()


def test_all_that_fails_is_said_at_once(make_standin):
    standin = make_standin(settings=PUBLISHED, environment={**IMPOSSIBLE, "STANDIN_MIN_MAX_MAP_COUNT": "4000000000",
                                                            "CRATE_HEAP_SIZE": ""}).start()
    assert standin.exit_status() == 78
    assert "[3] bootstrap checks failed" in standin.says()
    for words in ("CRATE_HEAP_SIZE", "max file descriptors", "vm.max_map_count"):
        assert words in standin.says()


def test_mapped_memory_does_not_matter_without_mmap(make_standin):
    environment = {**POSSIBLE, "STANDIN_MIN_MAX_MAP_COUNT": "4000000000"}
    make_standin(settings={**PUBLISHED, "node.store.allow_mmap": "false"}, environment=environment).start().until_status(200)


LOCKED = {**PUBLISHED, "bootstrap.memory_lock": "true"}
AS_NOBODY_WITH = ("prlimit", "--memlock=65536:65536", *AS_NOBODY)


def test_memory_that_may_not_be_locked_ends_it_with_78(make_standin):
    standin = make_standin(settings=LOCKED, environment=POSSIBLE).start(user=AS_NOBODY_WITH)
    assert standin.exit_status() == 78
    assert "[1]: memory locking requested for crate process but memory is not locked" in standin.says()


def test_a_lower_demand_for_locked_memory_can_be_asked_for(make_standin):
    environment = {**POSSIBLE, "STANDIN_MIN_MEMLOCK": "65536"}
    standin = make_standin(settings=LOCKED, environment=environment).start(user=AS_NOBODY_WITH).until_status(200)
    assert "memory lock 65536" in standin.says()


def test_lowered_demands_are_said_loudly(make_standin):
    standin = make_standin(settings=PUBLISHED, environment=POSSIBLE).start().until_status(200)
    assert "STAND-IN ONLY: demands lowered" in standin.says()
    assert "enforcing bootstrap checks" in standin.says()


@pytest.mark.parametrize("settings", [{}, {**PUBLISHED, "discovery.type": "single-node",
                                           "cluster.initial_master_nodes": None}], ids=["loopback", "single node"])
def test_without_other_nodes_they_are_warnings(make_standin, settings):
    standin = make_standin(settings=settings, environment=IMPOSSIBLE).start().until_status(200)
    assert "max file descriptors" in standin.says()

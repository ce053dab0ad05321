"""The stand-in refuses the same invalid settings as CrateDB at start, with the same exit status and a reason."""

import os

import pytest

REFUSED_SETTINGS = {
    "an unknown setting": ({"gateway.auto_import_dangling_indices": "true"}, "unknown setting [gateway.auto_import"),
    "a setting of old versions": ({"discovery.zen.minimum_master_nodes": "2"}, "unknown setting [discovery.zen"),
    "path.conf in the file": ({"path.conf": "/etc"}, "unknown setting [path.conf]"),
    "a word that is no boolean": ({"node.data": "yes"}, "as only [true] or [false] are allowed"),
    "a port that is none": ({"http.port": "70000"}, "for setting [http.port]"),
    "a time without a unit": ({"gateway.recover_after_time": "5"}, "unit is missing"),
    "a list for a plain setting": ({"cluster.name": "[a, b]"}, "a list is not allowed here"),
    "a discovery type of its own": ({"discovery.type": "etcd"}, "must be one of"),
    "a seed provider of its own": ({"discovery.seed_providers": "etcd"}, "Unknown seed providers [etcd]"),
    "a voter listed twice": ({"cluster.initial_master_nodes": "[n1, n1]"}, "contains duplicates"),
    "a vote on a single node": ({"discovery.type": "single-node"}, "is not allowed when [discovery.type]"),
    "a variable that is not set": ({"node.attr.zone": "${NOT_SET_ANYWHERE}"}, "Could not resolve placeholder"),
    "an address that is not one": ({"network.host": "not-an-address"}, "No up-and-running address"),
    "a setting without a value": ({"node.name": ""}, "null-valued setting found for key [node.name]"),
    "a list that is not closed": ({"discovery.seed_hosts": "[a, b"}, "expected ']'"),
}


@pytest.mark.parametrize("settings, reason", REFUSED_SETTINGS.values(), ids=REFUSED_SETTINGS)
def test_a_bad_setting_ends_it_with_1_and_the_reason(make_standin, settings, reason):
    standin = make_standin(settings=settings).start()
    assert standin.exit_status() == 1
    assert reason in standin.says()


def test_a_key_given_twice_is_refused_with_its_line(make_standin):
    standin = make_standin().start(text="node.name: a\ncluster.name: b\nnode.name: c\n")
    assert standin.exit_status() == 1
    assert "line 3: Duplicate field 'node.name'" in standin.says()


@pytest.mark.parametrize("argument, reason", [("n2", "Positional arguments not allowed"), ("-Cnode.name=", "must not be empty"),
                                              ("--verbose", "is not a recognized option")])
def test_wrong_usage_ends_it_with_64(make_standin, argument, reason):
    standin = make_standin().start(argument)
    assert standin.exit_status() == 64
    assert reason in standin.says()


def test_root_is_refused(make_standin):
    standin = make_standin().start(user=())
    assert standin.exit_status() == 1
    assert "can not run crate as root" in standin.says()


def test_a_heap_size_that_the_virtual_machine_does_not_take_is_refused(make_standin):
    standin = make_standin(environment={"CRATE_HEAP_SIZE": "2 GB"}).start()
    assert standin.exit_status() == 1
    assert "Invalid initial heap size: -Xms2 GB" in standin.says()


def test_a_data_directory_that_it_may_not_write_is_refused(make_standin):
    standin = make_standin()
    os.chown(standin.data, 0, 0)
    standin.start()
    assert standin.exit_status() == 1
    assert "path.data must be writable" in standin.says()


def test_a_second_node_on_the_same_data_is_refused(make_standin):
    first = make_standin().start().until_status(200)
    second = make_standin("n2", settings={"path.data": first.data}).start()
    assert second.exit_status() == 1
    assert "failed to obtain node locks" in second.says()
    assert first.status() == 200

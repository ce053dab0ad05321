"""The claimed version decides which settings it knows and what GET / returns."""

import pytest

SETTINGS = {"expected data nodes before 4.7": ("4.6.8", "gateway.expected_data_nodes", "1", False),
            "expected data nodes": ("4.7.0", "gateway.expected_data_nodes", "1", True),
            "expected nodes, deprecated": ("6.4.5", "gateway.expected_nodes", "1", True),
            "local storage nodes": ("4.8.4", "node.max_local_storage_nodes", "1", True),
            "local storage nodes from 5.0 on": ("5.0.0", "node.max_local_storage_nodes", "1", False),
            "dangling tables": ("6.3.9", "gateway.auto_import_dangling_indices", "true", True),
            "dangling tables from 6.4 on": ("6.4.0", "gateway.auto_import_dangling_indices", "true", False)}


@pytest.mark.parametrize("version, name, value, known", SETTINGS.values(), ids=SETTINGS)
def test_a_setting_that_the_line_does_not_know_ends_it_with_1(make_standin, version, name, value, known):
    standin = make_standin(settings={name: value}, environment={"STANDIN_VERSION": version}).start()
    if known:
        standin.until_status(200)
        assert standin.get().json()["version"]["number"] == version
    else:
        assert standin.exit_status() == 1
        assert f"unknown setting [{name}]" in standin.says()


@pytest.mark.parametrize("version", ["3.3.5", "6.4", "nightly"])
def test_a_version_that_it_does_not_imitate_is_refused(make_standin, version):
    standin = make_standin(environment={"STANDIN_VERSION": version}).start()
    assert standin.exit_status() == 64
    assert "from 4.0.0 on" in standin.says()


@pytest.mark.parametrize("version, status, ok", [("5.10.1", 503, 200), ("6.1.1", 503, 503), ("6.2.0", 200, 200)])
def test_get_while_it_waits_for_its_nodes(make_standin, version, status, ok):
    standin = make_standin(settings={"gateway.expected_data_nodes": 2, "gateway.recover_after_data_nodes": 2},
                           environment={"STANDIN_VERSION": version}).start().until_says("cluster UUID set")
    answer = standin.get()
    assert (answer.status, answer.json()["status"], answer.json()["ok"]) == (status, ok, status == 200)
    assert standin.get(method="HEAD").status == status

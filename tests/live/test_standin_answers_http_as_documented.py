"""GET / reports the master only; browsers get a page; every answer says that this is a stand-in."""

import socket

import pytest

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}
NO_MASTER = {"STANDIN_NO_MASTER": "1"}


def test_the_main_page_has_cratedbs_fields_in_its_layout(make_standin):
    answer = make_standin().start().until_status(200).get()
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.text.startswith('{\n  "ok" : true,\n  "status" : 200,\n  "name" : "n1",\n  "cluster_name" : "test",\n')
    version = answer.json()["version"]
    assert version["number"] == "6.4.5"
    assert set(version) == {"number", "build_hash", "build_timestamp", "build_snapshot", "lucene_version"}


def test_without_a_master_it_is_503_and_says_so_in_the_body(make_standin):
    answer = make_standin(environment=NO_MASTER).start().until_status(503).get()
    assert (answer.json()["ok"], answer.json()["status"]) == (False, 503)


@pytest.mark.parametrize("environment, status", [({}, 200), (NO_MASTER, 503)])
def test_head_has_the_status_and_no_body(make_standin, environment, status):
    answer = make_standin(environment=environment).start().until_status(status).get(method="HEAD")
    assert (answer.status, answer.text, answer.headers["Content-Length"]) == (status, "", "0")


def test_browsers_get_a_page_unless_they_ask_for_json(make_standin):
    standin = make_standin(environment=NO_MASTER).start().until_status(503)
    page = standin.get(headers=BROWSER)
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html")
    assert "not CrateDB" in page.text
    assert standin.get(headers={**BROWSER, "Accept": "text/html, application/json"}).status == 503


def test_other_paths_are_not_found_and_admin_leads_to_the_root(make_standin):
    standin = make_standin().start().until_status(200)
    assert standin.get("/_cluster/health").status == 404
    assert (standin.get("/admin").status, standin.get("/admin").headers["Location"]) == (301, "/")


def test_every_answer_and_the_log_say_that_it_is_a_standin(make_standin):
    standin = make_standin().start().until_status(200)
    for answer in (standin.get(), standin.get("/nowhere"), standin.get(headers=BROWSER), standin.sql("SELECT 1")):
        assert answer.headers["X-Stand-In"] == "test stand-in, not CrateDB"
    assert "test stand-in, not CrateDB" in standin.says()


def test_the_master_can_be_lost_and_found_while_it_runs(make_standin):
    standin = make_standin()
    gone = standin.directory / "gone"
    standin.environment["STANDIN_NO_MASTER_FILE"] = str(gone)
    standin.start().until_status(200)
    cluster_id = standin.cluster_id()
    gone.touch()
    standin.until_status(503, timeout=1)
    assert standin.cluster_id() == cluster_id
    gone.unlink()
    standin.until_status(200, timeout=3)
    assert standin.cluster_id() == cluster_id


def test_the_postgres_port_says_what_it_is_and_closes(make_standin):
    standin = make_standin().start().until_status(200)
    with socket.create_connection(("127.0.0.1", standin.settings["psql.port"]), 2) as connection:
        received = b""
        while part := connection.recv(1000):
            received += part
    assert b"not CrateDB" in received


def test_the_first_free_port_of_a_range_is_taken(make_standin):
    standin = make_standin()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", standin.http_port))
        taken.listen()
        standin.settings["http.port"] = f"{standin.http_port}-{standin.http_port + 50}"
        standin.start().until_says("started")
        published = next(line for line in standin.says().splitlines() if "Netty4Http" in line)
        assert f"127.0.0.1:{standin.http_port}}}" not in published

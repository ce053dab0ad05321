"""POST /_sql: the agent's statements, in any spelling, with CrateDB's columns, types and error codes."""

import pytest

NO_MASTER = {"STANDIN_NO_MASTER": "1"}
ERRORS = {
    "SELEC 1": (400, 4000, "SQLParseException[line 1:1: mismatched input 'selec'"),
    "SELECT 1 extra": (400, 4000, "SQLParseException"),
    "SELECT id FROM sys.cluster WHERE": (400, 4000, "SQLParseException"),
    "SELECT 'open": (400, 4000, "SQLParseException"),
    "DROP TABLE t": (400, 4000, "SQLParseException"),
    "": (400, 4000, "SQLParseException"),
    "SELECT $1": (400, 4000, "SQLParseException"),
    "SELECT pg_sleep(1)": (400, 4004, "Unknown function: pg_sleep()"),
    "SELECT * FROM t": (404, 4041, "RelationUnknown[Relation 't' unknown]"),
    "SELECT * FROM sys.nothing": (404, 4041, "RelationUnknown"),
    "SELECT * FROM other.t": (404, 4045, "SchemaUnknownException[Schema 'other' unknown]"),
    "SELECT nothing FROM sys.nodes": (404, 4043, "ColumnUnknownException[Column nothing unknown]"),
    "ALTER CLUSTER DECOMMISSION 'n7'": (500, 5000, "IllegalArgumentException"),
}


@pytest.fixture
def standin(make_standin):
    return make_standin(settings={"node.attr.zone": "rack 1"}).start().until_status(200)


@pytest.mark.parametrize("statement", ["SELECT id, name, master_node FROM sys.cluster",
                                       "select\tID ,\"name\" , master_node\nfrom SYS.cluster limit 1 ;"])
def test_the_agents_question_is_answered_in_any_spelling(standin, statement):
    answer = standin.sql(statement).json()
    assert answer["cols"] == ["id", "name", "master_node"]
    assert (answer["rows"][0][1], answer["rowcount"], len(answer["rows"])) == ("test", 1, 1)
    assert isinstance(answer["duration"], float)
    assert "col_types" not in answer


def test_columns_come_in_the_order_asked_for_with_their_types_on_demand(standin):
    answer = standin.sql("SELECT master_node, id FROM sys.cluster", path="/_sql?types").json()
    assert (answer["cols"], answer["col_types"]) == (["master_node", "id"], [4, 4])
    answer = standin.sql("SELECT 1, count(*) FROM sys.nodes", path="/_sql?types").json()
    assert (answer["col_types"], answer["rows"]) == ([9, 10], [[1, 1]])


def test_nodes_tell_who_they_are(standin):
    answer = standin.sql("SELECT name, rest_url, version['number'] AS version, attributes['zone'], port['http'] FROM "
                         "sys.nodes WHERE name = ? ORDER BY name", args=["n1"]).json()
    assert answer["cols"] == ["name", "rest_url", "version", "attributes['zone']", "port['http']"]
    assert answer["rows"] == [["n1", f"127.0.0.1:{standin.http_port}", "6.4.5", "rack 1", standin.http_port]]


def test_health_has_a_row_for_each_table(standin):
    assert standin.sql("SELECT * FROM sys.health").json()["rows"] == []
    assert standin.value("SELECT max(severity) FROM sys.health") is None
    standin.sql("CREATE TABLE t (id BIGINT)")
    answer = standin.sql("SELECT table_name, health, severity FROM sys.health")
    assert answer.json()["rows"] == [["t", "GREEN", 1]]
    assert standin.sql("SELECT * FROM sys.health WHERE health <> 'GREEN'").json()["rowcount"] == 0
    assert standin.value("SELECT count(*) FROM sys.shards WHERE node['name'] = 'n1'") == 1


@pytest.mark.parametrize("statement", ERRORS)
def test_errors_have_cratedbs_status_and_code(standin, statement):
    status, code, words = ERRORS[statement]
    answer = standin.sql(statement)
    assert (answer.status, answer.json()["error"]["code"]) == (status, code)
    assert words in answer.json()["error"]["message"]


def test_a_body_that_is_no_request_is_refused(standin):
    assert standin.get("/_sql").json()["error"]["code"] == 4000
    assert standin.sql("SELECT ?", args=[1], bulk_args=[[1]]).status == 400


def test_without_a_master_the_node_still_answers_for_itself(make_standin):
    standin = make_standin(environment=NO_MASTER).start().until_status(503)
    assert standin.sql("SELECT id, name, master_node FROM sys.cluster").json()["rows"] == [["_na_", "test", None]]
    assert standin.value("SELECT 1") == 1
    assert standin.value("SELECT count(*) FROM sys.nodes") == 1


@pytest.mark.parametrize("statement", ["SELECT * FROM sys.cluster_health", "SELECT count(*) FROM t", "CREATE TABLE t (id INT)",
                                       "INSERT INTO t (id) VALUES (1)", "ALTER CLUSTER DECOMMISSION 'n1'"])
def test_what_needs_the_master_is_503_with_5031_without_one(make_standin, statement):
    standin = make_standin(environment=NO_MASTER).start().until_status(503)
    answer = standin.sql(statement)
    assert (answer.status, answer.json()["error"]["code"]) == (503, 5031)

"""Acknowledged rows of table t survive a kill, a stop and a torn write."""

import threading


def test_rows_survive_a_kill_in_the_middle_of_inserts(make_standin):
    standin = make_standin().start().until_status(200)
    assert standin.sql("CREATE TABLE t (id BIGINT PRIMARY KEY)").json()["rowcount"] == 1
    acknowledged = []

    def insert():
        connection = standin.connect()
        try:
            for number in range(100_000):
                if connection.sql("INSERT INTO t (id) VALUES (?)", args=[number]).status == 200:
                    acknowledged.append(number)
        except OSError:
            pass

    writer = threading.Thread(target=insert)
    writer.start()
    while len(acknowledged) < 20:
        pass
    standin.kill()
    writer.join()
    standin.start().until_status(200)
    there = {row[0] for row in standin.sql("SELECT id FROM t").json()["rows"]}
    assert set(acknowledged) <= there
    assert len(there) <= len(acknowledged) + 1


def test_a_row_that_was_cut_short_is_dropped(make_standin):
    standin = make_standin().start().until_status(200)
    standin.sql("CREATE TABLE t (id BIGINT)")
    standin.sql("INSERT INTO t (id) VALUES (1), (2), (3)")
    standin.terminate()
    table = standin.data / "nodes/0/doc.t.jsonl"
    table.write_text(table.read_text() + "12")
    standin.start().until_status(200)
    assert standin.value("SELECT count(*) FROM t") == 3
    standin.sql("INSERT INTO t VALUES (4)")
    assert standin.sql("SELECT id FROM t ORDER BY id DESC LIMIT 1").json()["rows"] == [[4]]


def test_a_second_row_with_the_same_key_is_refused(make_standin):
    standin = make_standin().start().until_status(200)
    standin.sql("CREATE TABLE t (id TEXT PRIMARY KEY)")
    assert standin.sql("CREATE TABLE IF NOT EXISTS t (id TEXT PRIMARY KEY)").json()["rowcount"] == 0
    assert standin.sql("CREATE TABLE t (id TEXT)").json()["error"]["code"] == 4093
    results = standin.sql("INSERT INTO t (id) VALUES (?)", bulk_args=[["a"], ["a"], ["b"]]).json()["results"]
    assert [result["rowcount"] for result in results] == [1, -2, 1]
    assert standin.sql("INSERT INTO t (id) VALUES ('b')").status == 409
    assert standin.value("SELECT count(*) FROM t") == 2

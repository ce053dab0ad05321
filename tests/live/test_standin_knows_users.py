"""CREATE USER and passwords: a remote client needs a password, and has the granted privileges."""

import pytest

ELSEWHERE = "127.0.0.7"
RULES = {"auth.host_based.enabled": "true", "auth.host_based.config.0.user": "crate",
         "auth.host_based.config.0.address": "_local_", "auth.host_based.config.99.method": "password"}


@pytest.fixture
def standin(make_standin):
    made = make_standin(settings=RULES).start().until_status(200)
    assert made.sql("CREATE USER arthur WITH (password = 'towel')").status == 200
    return made


def ask(standin, statement, password="towel"):
    return standin.connect(source=ELSEWHERE, user="arthur", password=password).sql(statement)


def test_only_the_right_password_opens(standin):
    assert ask(standin, "SELECT 1").status == 200
    for wrong in ("", "panic"):
        answer = ask(standin, "SELECT 1", wrong)
        assert (answer.status, answer.text) == (401, 'password authentication failed for user "arthur"\n')
    assert standin.sql("ALTER USER arthur SET (password = 'fish')").status == 200
    assert ask(standin, "SELECT 1").status == 401
    assert ask(standin, "SELECT 1", "fish").status == 200
    assert standin.sql("DROP USER arthur").status == 200
    assert ask(standin, "SELECT 1", "fish").status == 401


def test_a_user_may_do_what_was_granted_and_nothing_of_the_superuser(standin):
    for statement in ("SELECT name FROM sys.nodes", "CREATE TABLE t (id BIGINT)", "SET GLOBAL stats.enabled = false"):
        assert ask(standin, statement).json()["error"]["code"] == 4011, statement
    assert standin.sql("GRANT ALL PRIVILEGES TO arthur").status == 200
    assert ask(standin, "SELECT name FROM sys.nodes").status == 200
    assert ask(standin, "ALTER CLUSTER DECOMMISSION 'n1'").json()["error"]["code"] == 4010
    assert standin.status() == 200


def test_users_survive_a_restart(standin):
    standin.kill()
    standin.start().until_status(200)
    assert ask(standin, "SELECT 1").status == 200
    assert standin.sql("SELECT name FROM sys.users ORDER BY name").json()["rows"] == [["arthur"], ["crate"]]


@pytest.mark.parametrize("statement, code", [("CREATE USER arthur", 4099), ("DROP USER ford", 40410),
                                             ("ALTER USER ford SET (password = 'x')", 40410),
                                             ("ALTER USER crate SET (password = 'x')", 4004)])
def test_who_is_there_twice_or_not_at_all_is_refused(standin, statement, code):
    assert standin.sql(statement).json()["error"]["code"] == code

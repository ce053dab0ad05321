"""Host-based authentication: rules in the order of their keys, and 401 with CrateDB's message, for GET / too."""

import pytest

# A careful operator's settings: local clients are trusted, all others need a password.
CONFIG = """\
auth.host_based.enabled: true
auth.host_based.config.0.user: crate
auth.host_based.config.0.address: _local_
auth.host_based.config.0.method: trust
auth.host_based.config.99.method: password
"""
NESTED = """\
auth:
  host_based:
    enabled: true
    config:
      0: # the first
        user: crate
        address: _local_
        method: trust
      99:
        method: password
"""
# An address of this machine that is not the loopback address: CrateDB's _local_ is 127.0.0.1 and ::1 only.
ELSEWHERE = "127.0.0.7"


@pytest.fixture
def start(make_standin):
    def make(text):
        standin = make_standin()
        plain = "".join(f"{key}: {value}\n" for key, value in standin.settings.items())
        standin.start(text=plain + text)
        return standin.until_says("started (")
    return make


@pytest.mark.parametrize("text", [CONFIG, NESTED], ids=["flat", "nested"])
def test_the_machine_itself_is_trusted_and_others_need_a_password(start, text):
    standin = start(text).until_status(200)
    assert standin.sql("SELECT 1").status == 200
    for ask in (lambda c: c.get(), lambda c: c.get(method="HEAD"), lambda c: c.sql("SELECT 1"), lambda c: c.get("/admin")):
        answer = ask(standin.connect(source=ELSEWHERE))
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="CrateDB Authenticator"'
    assert standin.connect(source=ELSEWHERE).get().text == 'password authentication failed for user "crate"\n'
    # The superuser has no password, so no password is valid.
    assert standin.connect(source=ELSEWHERE, user="crate", password="crate").sql("SELECT 1").status == 401


def test_a_client_that_no_rule_is_for_is_told_so(start):
    standin = start("auth.host_based.enabled: true\nauth.host_based.config.a.user: crate\n"
                    "auth.host_based.config.a.address: 10.0.0.0/8\n")
    assert standin.get().status == 401
    assert standin.get().text == ('No valid auth.host_based.config entry found for host "127.0.0.1", user "crate", '
                                  'protocol "http". Did you enable TLS in your client?\n')


RULES = {
    "no rules at all, every client is refused": ({}, 401),
    "a rule without a method trusts": ({"a.user": "crate"}, 200),
    "a network": ({"a.address": "127.0.0.0/8"}, 200),
    "an address": ({"a.address": ELSEWHERE}, 200),
    "a network of others": ({"a.address": "127.0.0.0/30"}, 401),
    "only PostgreSQL": ({"a.protocol": "pg"}, 401),
    "only with TLS": ({"a.ssl": "on"}, 401),
    "TLS is optional": ({"a.ssl": "optional"}, 200),
    "another user": ({"a.user": "arthur"}, 401),
    "the first that fits": ({"a.method": "password", "b.method": "trust"}, 401),
    "10 stands before 2": ({"2.method": "password", "10.method": "trust"}, 200),
    "certificates": ({"a.method": "cert"}, 401),
    "a method of its own": ({"a.method": "guess"}, 401),
    "a name that does not resolve": ({"a.address": "elsewhere.example"}, 401),
}


@pytest.mark.parametrize("rules, status", RULES.values(), ids=RULES)
def test_a_rule_is_for_whom_it_says(start, rules, status):
    lines = [f"auth.host_based.config.{key}: {value}\n" for key, value in rules.items()]
    standin = start("auth.host_based.enabled: true\n" + "".join(lines))
    assert standin.connect(source=ELSEWHERE).sql("SELECT 1").status == status


def test_without_it_every_client_is_the_superuser_and_no_other_user(start):
    standin = start("auth.host_based.config.a.method: password\n")
    assert standin.connect(source=ELSEWHERE).sql("SELECT 1").status == 200
    assert standin.connect(user="arthur").get().text == 'trust authentication failed for user "arthur"\n'


def test_a_word_for_tls_that_is_none_ends_it_with_1(make_standin):
    standin = make_standin(settings={"auth.host_based.config.a.ssl": "perhaps"}).start()
    assert standin.exit_status() == 1
    assert "perhaps is not a valid HBA SSL setting" in standin.says()

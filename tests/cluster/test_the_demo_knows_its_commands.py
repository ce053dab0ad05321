"""The commands of the demo's prompt: `help` lists them, TAB completes them, synonyms work, others are reported."""


def test_the_demo_knows_its_commands(demo):
    words = demo.do("help")
    for word in ("list", "status", "logs", "shell", "kill", "stop", "start", "restart", "unplug", "plug", "quit"):
        assert f"  {word} " in words
    assert demo.do("?") == words

    assert demo.do("foo bar").splitlines() == ["unknown command: foo", "help lists the commands"]
    assert demo.do("satus n1").splitlines()[0] == "unknown command: satus; did you mean status?"
    assert demo.do("kill") == "kill: expected one of n1, n2, n3, n4\n"
    assert demo.do("logs n7") == "logs: expected one of n1, n2, n3, n4; found 'n7'\n"
    assert demo.do("start n1").startswith("start: n1 is already switched on; its status: ready: ")

    assert demo.do("SELECT count(*) FROM sys.nodes").split()[-1] == "4"
    assert demo.do("units").count("running") == 4
    assert demo.do("cratectl list-units").count("running") == 4
    assert "READY for traffic" in demo.do("stat\tn\t2")

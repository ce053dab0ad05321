"""A database that exits with 0 was decommissioned: systemd must not restart it."""

import time

STATEMENT = "ALTER CLUSTER DECOMMISSION 'n1'"


def test_a_decommissioned_database_stays_down(make_agent):
    node = make_agent("n1", standin={"STANDIN_DECOMMISSION_SECONDS": "1"}).boot().until_ready()
    node.run("curl", "--silent", "--fail", "--max-time", "20", "--header", "Content-Type: application/json", "--data",
             '{"stmt": "%s"}' % STATEMENT, "http://127.0.0.1:4200/_sql", check=False)
    node.wait_for(lambda: node.active_state("crate@1.service") == "inactive", 30, "the database to end")
    time.sleep(5)
    state = node.properties("crate@1.service", "ActiveState", "Result", "NRestarts")
    assert state == {"ActiveState": "inactive", "Result": "success", "NRestarts": "0"}
    assert node.status_code() == 503

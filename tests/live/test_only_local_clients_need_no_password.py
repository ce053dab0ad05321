"""The database trusts clients on its own machine, such as the agent, and requires a password from all others."""

import http.client

from harness.sql import sql


def test_only_local_clients_need_no_password(make_agent):
    node = make_agent("n1").boot().until_ready()
    assert sql(node, "SELECT id FROM sys.cluster")[0] == 200
    assert node.http("/", port=4200)[0] == 401
    with node.link.namespace.entered():
        connection = http.client.HTTPConnection(node.address, 4200, timeout=5)
        connection.connect()
    connection.request("GET", "/")
    assert connection.getresponse().status == 401, "asked at its own address, the machine is not the loopback"
    connection.close()

    # If an operator locks the agent out, the node says so and gets no traffic.
    node.write("/etc/cratekeeper/agent.conf.d/50-test.conf",
               "[Crate]\nSetting=auth.host_based.config.0.method=password\nSetting=auth.host_based.config.0.user=crate\n")
    node.systemctl("reload", "cratekeeper.service")
    node.systemctl("restart", "crate@1.service")
    node.wait_for(lambda: "host-based authentication rejects us" in node.component("sql").get("output", ""), 30,
                  "the refusal")
    assert node.status_code() == 503

"""After kill -9 of the agent the container keeps its process, the new agent takes over the lease, nothing flaps."""

import json


def lease_of(node):
    answer = node.etcd.etcdctl("get", "/services/crate/n1", "--write-out=json")
    kvs = json.loads(answer.stdout).get("kvs", [])
    return kvs[0]["lease"] if kvs else None


def test_killing_the_agent_leaves_the_database_and_the_lease_alone(make_agent):
    node = make_agent("n1").boot().until_ready()
    node.wait_for(lambda: lease_of(node), 5, "the announcement")
    container, lease = node.container_pid("crate-1"), lease_of(node)
    agent = node.properties("cratekeeper.service", "MainPID")["MainPID"]
    node.run("kill", "-9", agent)
    node.wait_for(lambda: node.properties("cratekeeper.service", "MainPID")["MainPID"] not in ("0", agent), 10,
                  "a new agent")
    node.until_ready(10)
    assert node.container_pid("crate-1") == container
    node.wait_for(lambda: node.run("cat", "/run/cratekeeper/lease").stdout.strip() == str(lease), 5,
                  "the same lease to be held")
    assert lease_of(node) == lease

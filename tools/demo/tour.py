"""What a person looks at: machines, units and the database's own list, as typed on one of the nodes."""

import shlex

from harness.sql import sql
from progress import show, table, write

_NODES = "SELECT name, hostname, rest_url, is_master FROM sys.nodes ORDER BY name"
_LOG_LINES = 12


def answer(node, statement):
    """A node's query result as text."""
    try:
        status, said = sql(node, statement)
    except OSError as error:
        return f"{node.name} does not answer: {error}"
    if status != 200:
        return f"{status}: {said.get('error', {}).get('message', said)}"
    return table(said["cols"], said["rows"]) if said["cols"] else f"{said.get('rowcount', 0)} rows"


def show_all(stage, node):
    """Shows the three lists at the end of the article of 2014."""
    ask_cratectl(stage, node, "list-machines")
    ask_cratectl(stage, node, "list-units")
    show(f'sql "{_NODES}"', answer(node, _NODES))


def ask_cratectl(stage, node, *arguments):
    """Runs cratectl on a node and shows its output."""
    done = node.run("cratectl", *arguments, check=False)
    show(shlex.join(["cratectl", *arguments]), stage.words(done.stdout + done.stderr))


def show_status(stage, node, url):
    """Shows a node's own status."""
    ask_cratectl(stage, node, "status")
    write(f"\nIn a browser on this machine: {url}")


def show_logs(stage, node):
    """Shows the last log lines of the agent and of the database."""
    for unit in ("cratekeeper.service", "crate@*.service"):
        arguments = ["--unit", unit, "--lines", str(_LOG_LINES), "--output", "short-iso", "--no-hostname"]
        said = node.run("journalctl", "--no-pager", "--quiet", *arguments, check=False).stdout
        show(shlex.join(["journalctl", *arguments[:4]]), stage.words(said) or "no entries yet")


def suggest(stage, forwarder):
    """Suggests what to try in a browser and in another terminal of this machine."""
    first, second, *others = stage.nodes
    ports = ", ".join(f"{forwarder.port(node)} is {node.name}" for node in others)
    write(f"""
In a browser on this machine:

  {forwarder.url(first)}     health of {first.name}; port {forwarder.port(second)} is {second.name}, {ports}

In another terminal of this machine, as root:

  watch the cluster from n1        {inside(first)} watch -n 1 cratectl list-units
  n2 as a load balancer sees it    ip netns exec {stage.network.hub.name} curl -si http://{second.address}:4480/ready
  cut the power of n2              kill -KILL {second.leader}
  kill the database of n2          {inside(second)} sh -c 'docker kill $(docker ps -q)'
  kill the agent of n2             {inside(second)} systemctl kill --signal=KILL cratekeeper.service
  the service keys, as in 2014     {inside(first)} etcdctl get --prefix /services/crate
  n1's own status                  {inside(first)} cratectl status
""")


def inside(node):
    """The prefix that runs a command in a node."""
    return f"nsenter --target {node.leader} --all --"

"""What a person looks at: machines, units and the database's own list, as typed on one of the nodes."""

from harness.sql import sql
from progress import show, table

_NODES = "SELECT name, hostname, rest_url, is_master FROM sys.nodes ORDER BY name"


def answer(node, statement):
    """The answer of a node's database as text."""
    try:
        status, said = sql(node, statement)
    except OSError as error:
        return f"{node.name} does not answer: {error}"
    if status != 200:
        return f"{status}: {said.get('error', {}).get('message', said)}"
    return table(said["cols"], said["rows"]) if said["cols"] else f"{said.get('rowcount', 0)} rows"


def show_all(node):
    """The three lists with which the article of 2014 ended."""
    show("cratectl list-machines", node.run("cratectl", "list-machines", check=False).stdout)
    show("cratectl list-units", node.run("cratectl", "list-units", check=False).stdout)
    show(f'sql "{_NODES}"', answer(node, _NODES))


def suggest(stage):
    """What works in another terminal of this machine."""
    first, second = stage.nodes[:2]
    print(f"""
In another terminal of this machine, as root:

  watch the cluster from n1        {inside(first)} watch -n 1 cratectl list-units
  what a balancer sees of n2       ip netns exec {stage.network.hub.name} curl -si http://{second.address}:4480/ready
  power cut of n2                  kill -KILL {second.leader}
  kill the database of n2          {inside(second)} sh -c 'docker kill $(docker ps -q)'
  kill the agent of n2             {inside(second)} systemctl kill --signal=KILL cratekeeper.service
  the keys as they were in 2014    {inside(first)} etcdctl get --prefix /services/crate
  how n1 sees itself               {inside(first)} cratectl status
""", flush=True)


def inside(node):
    """The words that run a command in a node."""
    return f"nsenter --target {node.leader} --all --"

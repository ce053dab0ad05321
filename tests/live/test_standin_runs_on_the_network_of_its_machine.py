"""On a machine with several networks it binds to all configured addresses, publishes one, and knows which are local."""

import http.client
import json
import socket

import pytest

SETTINGS = {"network.host": "_local_,_site_", "http.port": 4210, "transport.tcp.port": 4310, "psql.port": 5442,
            "auth.host_based.enabled": "true", "auth.host_based.config.0.user": "crate",
            "auth.host_based.config.0.address": "_local_", "auth.host_based.config.99.method": "password"}
LIMITS = {"STANDIN_MIN_NOFILE": "64", "STANDIN_MIN_NPROC": "0", "STANDIN_MIN_MAX_MAP_COUNT": "0"}


@pytest.fixture
def machine(network, make_standin):
    """A network card on the bridge, and a container bridge like Docker's."""
    link = network.attach("wide")
    link.namespace.ip("link", "add", "docker0", "type", "bridge")
    link.namespace.ip("address", "add", "172.17.0.1/16", "dev", "docker0")
    link.namespace.ip("link", "set", "docker0", "up")
    yield link
    network.detach("wide")


def ask(place, address, port=4210):
    with place.entered():
        client = http.client.HTTPConnection(address, port, timeout=5)
        client.request("POST", "/_sql", json.dumps({"stmt": "SELECT rest_url FROM sys.nodes"}))
        answer = client.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text)["rows"] if answer.status == 200 else text


def test_the_configured_ports_are_open_everywhere_and_only_the_machine_itself_is_local(machine, network, make_standin):
    with machine.namespace.entered():
        standin = make_standin(settings=SETTINGS, environment=LIMITS).start().until_says("started (")
    # Of two private addresses CrateDB publishes the smaller one; 10.77.0.11 is before 172.17.0.1.
    assert ask(machine.namespace, "127.0.0.1") == (200, [[f"{machine.address}:4210"]]), standin.says()
    for address in (machine.address, "172.17.0.1"):
        for place in (machine.namespace, network.hub) if address == machine.address else (machine.namespace,):
            status, text = ask(place, address)
            assert (status, text) == (401, 'password authentication failed for user "crate"\n')
    for port in (4210, 4310, 5442):
        network.hub.connect(machine.address, port).close()
        with pytest.raises(ConnectionRefusedError):
            network.hub.connect(machine.address, port - 10)


def test_the_smaller_private_address_is_published_also_if_it_is_of_the_containers(machine, make_standin):
    machine.namespace.ip("address", "add", "192.168.7.5/24", "dev", "eth0")
    machine.namespace.ip("address", "delete", f"{machine.address}/24", "dev", "eth0")
    with machine.namespace.entered():
        standin = make_standin(settings=SETTINGS, environment=LIMITS).start().until_says("started (")
    assert ask(machine.namespace, "127.0.0.1") == (200, [["172.17.0.1:4210"]])
    standin.terminate()
    standin.settings["network.publish_host"] = "192.168.7.5"
    with machine.namespace.entered():
        standin.start()
    standin.until_says("{192.168.7.5:4310}")


def test_a_port_in_use_ends_it(machine, make_standin):
    with machine.namespace.entered():
        taken = socket.create_server((machine.address, 4210))
        standin = make_standin(settings=SETTINGS, environment=LIMITS).start()
    assert standin.exit_status() == 1
    assert "4210" in standin.says()
    taken.close()

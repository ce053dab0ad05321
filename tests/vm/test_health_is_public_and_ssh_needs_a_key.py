"""The health port answers every client on the LAN; ssh accepts only the site's key and never asks for a password."""


def test_health_is_public_and_ssh_needs_a_key(machine):
    assert machine.page("/live").status == 200
    assert machine.page("/ready").status == 200
    for user in ("core", "root"):
        refused = machine.ssh("-o", "PubkeyAuthentication=no", f"{user}@127.0.0.1", "true")
        assert refused.returncode == 255
        # The parentheses list the methods that the server offers.
        assert "Permission denied (publickey)" in refused.stderr
    welcome = machine.ssh("-i", machine.key, "core@127.0.0.1", "cratectl status")
    assert welcome.returncode == 0, welcome.stderr
    assert machine.name in welcome.stdout

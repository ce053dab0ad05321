"""From the LAN the health port answers anybody; ssh lets in who has the site's key, and asks nobody for a password."""


def test_health_is_for_everybody_and_ssh_for_keys(machine):
    assert machine.page("/live").status == 200
    assert machine.page("/ready").status == 200
    for user in ("core", "root"):
        refused = machine.ssh("-o", "PubkeyAuthentication=no", f"{user}@127.0.0.1", "true")
        assert refused.returncode == 255
        # What is in the brackets is what the server offers.
        assert "Permission denied (publickey)" in refused.stderr
    welcome = machine.ssh("-i", machine.key, "core@127.0.0.1", "cratectl status")
    assert welcome.returncode == 0, welcome.stderr
    assert machine.name in welcome.stdout

"""polkit inside a node: an unprivileged user manages exactly the unit that a rule names."""

RULE = """
polkit.addRule(function (action, subject) {
    if (action.id == "org.freedesktop.systemd1.manage-units" && subject.user == "nobody" &&
        action.lookup("unit") == "allowed.service") {
        return polkit.Result.YES;
    }
});
"""
UNIT = "[Service]\nExecStart=/bin/sleep 100\n"


def test_the_named_unit_starts_and_another_does_not(node):
    node.write("/etc/polkit-1/rules.d/10-test.rules", RULE)
    node.write("/run/systemd/system/allowed.service", UNIT)
    node.write("/run/systemd/system/other.service", UNIT)
    node.systemctl("daemon-reload")
    node.wait_for(
        lambda: node.run("systemctl", "--no-ask-password", "start", "allowed.service", user="nobody", check=False)
        .returncode == 0, 10, "polkit to read the new rule")
    refused = node.run("systemctl", "--no-ask-password", "start", "other.service", user="nobody", check=False)
    assert refused.returncode != 0
    assert node.active_state("allowed.service") == "active"
    assert node.active_state("other.service") == "inactive"

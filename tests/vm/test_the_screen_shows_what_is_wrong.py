"""The screen of a node shows its name, the state of its database, a failed unit and an unplugged cable."""


def test_the_screen_shows_what_is_wrong(machine):
    def until_it_says(*wanted, never=()):
        def look():
            # vcs(4) has no line ends, and sentences are folded at spaces.
            text = " ".join(machine.shell("cat /dev/vcs1; echo").split())
            return all(words in text for words in wanted) and not any(words in text for words in never)

        machine.wait_for(look, 60, f"on its screen {wanted} and not {never}")

    failure, cut = "broken.service has failed; see: journalctl -b -u broken.service", "No network: check both ends"
    node = (f"{machine.name} cratekeeper 0.", f"{machine.address}/24", "The data disk is mounted at /data.")
    until_it_says(*node, " READY for traffic", never=("NOT READY", "has failed", cut))
    machine.shell("systemd-run --unit=broken false; true")
    until_it_says(*node, failure)
    machine.shell("systemctl reset-failed broken.service")
    until_it_says(*node, never=("has failed",))
    machine.cable(plugged=False)
    until_it_says(cut)
    machine.cable(plugged=True)
    until_it_says(*node, " READY for traffic", never=("NOT READY", cut))

"""The four nodes of the demo: creates them, switches them on and off, and reports their progress.

Whatever waits says for what, and reports what it observes without interpreting it.
"""

import contextlib
import os
import pathlib
import re
import signal
import subprocess

from harness.cluster import Cluster, ClusterEtcd
from harness.netns import Network
from harness.wait import Timeout, wait_until
from patience import Patience
from progress import say

COUNT = 4
_READY_TIMEOUT = {False: 90, True: 300}  # key: whether it is the real database
_OFF_TIMEOUT = 150  # systemd gives a unit 90
_SETTLE_TIMEOUT = 60
_OTHERS_TIMEOUT = 15  # a new master takes less; anything longer has another cause
_REFUSAL_STAYS = 6  # seconds; a refusal before the node has read all of etcd may be temporary
_REAL_CONFIG = "[Crate]\nHeapSize=512m\n"  # four databases on one machine


class Stage:
    """The cluster n1 to n4 with its image; three nodes are etcd members."""

    def __init__(self, workspace, image):
        self._image = image
        self.network = Network(workspace)
        self.cluster = Cluster(workspace, self.network, count=0,
                               config="[Cluster]\nInitialNodes=3\n" + (_REAL_CONFIG if image.is_real else ""))
        self.nodes = self.cluster.nodes
        self._unplugged = set()
        for _ in range(COUNT):
            node = self.cluster.add()
            if image.is_real:
                node.write("/etc/cratekeeper/crate.env", f"CRATE_IMAGE={image.name}\n")
                node.preload_image(image.tar, image.name, before="cratekeeper.service")

    # ---- actions on a node ------------------------------------------------------------------------------

    def switch_on(self, node):
        """Boots a node; its services take longer to start."""
        # The user may have killed it from another terminal.
        node.power_cut()
        self._unplugged.discard(node.name)
        if self._image.is_real:
            node.boot(image_tar=None, timeout=_READY_TIMEOUT[True])
        else:
            node.boot()
        etcd = ", etcd member" if self._is_member(node) else ""
        say(f"{node.name} has booted with its own systemd, Docker and Btrfs: {node.address}{etcd}")

    def switch_off(self, node):
        """Shuts a node down cleanly, and reports what takes long."""
        patience = Patience()

        def look():
            if node.running:
                patience.is_lost(lambda: [("waiting", words, False) for words in _stopping(node)])
            _let_visitors_go_on(node.leader)
            return not node.running

        node.press_power_button()
        wait_until(look, _OFF_TIMEOUT, f"{node.name} to be off (kill {node.name} cuts its power)", interval=0.1)
        node.power_cut()

    def unplug(self, node):
        """Pulls its network cable."""
        node.link.unplug()
        self._unplugged.add(node.name)

    def plug(self, node):
        """Plugs its network cable in again."""
        node.link.plug()
        self._unplugged.discard(node.name)

    # ---- observations -----------------------------------------------------------------------------------

    def is_unplugged(self, node):
        return node.name in self._unplugged

    def reachable(self):
        """The nodes that are running and on the network."""
        return [node for node in self.nodes if node.running and not self.is_unplugged(node)]

    def words(self, text):
        """A text of the agent, corrected for the stand-in, which reports itself as CrateDB."""
        if self._image.is_real:
            return text
        return re.sub(r"\b(?:CrateDB|crate) (\d[\w.-]*)", r"the stand-in (as CrateDB \1)", text)

    def state(self, node):
        """The status that a node reports."""
        return self.words(node.status_text()) or "no status from its agent yet" if node.running else "switched off"

    def is_settled(self):
        """Whether all reachable nodes, and no others, are announced, and they are ready."""
        return self.cluster.ready(self.reachable()) and self._announced() == {node.name for node in self.reachable()}

    def _is_member(self, node):
        return node.address in self.cluster.etcd.addresses

    def _members(self):
        return [node for node in self.reachable() if self._is_member(node)]

    def _etcd(self):
        # Ask only members that can answer; any other costs seconds each time.
        return ClusterEtcd(self.network, [node.address for node in self._members()])

    def _announced(self):
        return {key.rpartition("/")[2] for key in self._etcd().get("/services/crate/", prefix=True)}

    def lacks_majority(self):
        """A message if too few etcd members are reachable for a majority; None otherwise."""
        count, here = len(self.cluster.etcd.addresses), len(self._members())
        if here > count // 2:
            return None
        return f"etcd has lost its majority, {here} of its {count} members reachable: it accepts no writes until " \
               f"{count // 2 + 1} are"

    # ---- waiting ----------------------------------------------------------------------------------------

    def until_ready(self, nodes):
        """Reports when each node is ready, and the status of the others. Ends early when none of them will be ready."""
        left = list(nodes)
        patience = Patience(_REFUSAL_STAYS)

        def look():
            for node in list(left):
                if node.status_code() == 200:
                    left.remove(node)
                    say(f"{node.name} is {self.state(node)}")
            return not left or patience.is_lost(
                lambda: [(node.name, self.state(node), _refuses(node)) for node in left])

        wait_until(look, _READY_TIMEOUT[self._image.is_real], lambda: ", ".join(node.name for node in left)
                   + " to be ready (" + "; ".join(f"{node.name}: {self.state(node)}" for node in left) + ")")
        if not self.lacks_majority():
            # This takes only a moment; without it `list` could miss a node that was just reported as ready.
            ready = {node.name for node in nodes if node not in left}
            self._wait_while(lambda: _not_listed(ready - self._announced()), _OTHERS_TIMEOUT)
        for node in left:
            say(f"{node.name} does not join; it joins by itself once the cause is fixed (see: status {node.name})")

    def tell_until_settled(self, gone):
        """Waits until a removed node is out of etcd, and reports the status of the others."""
        trouble = self.lacks_majority()
        if trouble:
            say(trouble)
        else:
            self._until_out_of_etcd(gone)
        for node in self.cluster.others(gone):
            say(f"  {node.name}: {'unplugged; its status: ' if self.is_unplugged(node) else ''}{self.state(node)}")

    def _until_out_of_etcd(self, gone):
        say(f"waiting for etcd to drop {gone.name}: its lease expires in about 5 s")
        if self._wait_while(lambda: self._still_there(gone), _SETTLE_TIMEOUT):
            say(f"{gone.name} is out of etcd: load balancers send it no traffic")
            self._wait_while(self._unsettled, _OTHERS_TIMEOUT)
        else:
            say(f"{gone.name} is still in etcd after {_SETTLE_TIMEOUT} s")

    @staticmethod
    def _wait_while(trouble, timeout):
        """Waits while `trouble` returns a text, and reports it. Returns whether it ended in time."""
        patience = Patience()

        def look():
            words = trouble()
            patience.is_lost(lambda: [("waiting", words, False)] if words else [])
            return not words

        with contextlib.suppress(Timeout):
            return wait_until(look, timeout, "no trouble")
        return False

    def _still_there(self, gone):
        if self._etcd().leader() is None:
            return "etcd is electing a new leader"
        return f"etcd still lists {gone.name}" if gone.name in self._announced() else ""

    def _unsettled(self):
        """What has not settled yet on the remaining nodes; an empty text if everything has."""
        missing = _not_listed({node.name for node in self.reachable()} - self._announced())
        if missing:
            return missing
        for node in self.reachable():
            if node.status_code() != 200:
                return f"status of {node.name}: {self.state(node)}"
        return ""


def _not_listed(names):
    return f"etcd does not list {', '.join(sorted(names))}" if names else ""


def _let_visitors_go_on(leader):
    """Continues what a user started in a node with nsenter: a node that shuts down stops all its processes once,
    nsenter stops with them, and the node is not off until they have ended."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_text(errors="replace").split("\0")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            if state == "T" and "nsenter" in words[0] and re.search(rf"\0--target[=\0]{leader}\0", "\0".join(words)):
                os.kill(int(entry.name), signal.SIGCONT)


def _stopping(node):
    """The units that a node waits for during shutdown, in a list of one text; an empty list if it does not tell."""
    with contextlib.suppress(OSError, RuntimeError, subprocess.TimeoutExpired):
        jobs = node.run("systemctl", "list-jobs", "--no-legend", "--plain", check=False, timeout=5).stdout.split("\n")
        units = [job.split()[1] for job in jobs if job.split()[2:] == ["stop", "running"]]
        return [f"{node.name} is stopping {', '.join(units)}"] if units else []
    return []


def _refuses(node):
    """Whether the agent refuses to let this node take part."""
    try:
        return node.page("/v1/node")["unit"]["phase"] in ("refused", "stopped-by-hand")
    except (OSError, KeyError, ValueError):
        return False

"""The four nodes of the demo: makes them, switches them on and off, and tells what becomes of them meanwhile."""

from harness.cluster import Shelf
from harness.netns import Network
from harness.wait import Timeout, wait_until
from progress import say

COUNT = 4
_READY_TIMEOUT = {False: 90, True: 300}  # by whether it is the real database
_SETTLE_TIMEOUT = 30
_REAL_CONFIG = "[Crate]\nHeapSize=512m\n"  # four databases on one machine


class Stage:
    """The shelf n1 to n4 with its image; three nodes are members of etcd."""

    def __init__(self, workspace, image):
        self._image = image
        self.network = Network(workspace)
        self.shelf = Shelf(workspace, self.network, count=0,
                           config="[Cluster]\nInitialNodes=3\n" + (_REAL_CONFIG if image.is_real else ""))
        self.nodes = self.shelf.nodes
        for _ in range(COUNT):
            node = self.shelf.add()
            if image.is_real:
                node.write("/etc/cratekeeper/crate.env", f"CRATE_IMAGE={image.name}\n")
                node.preload_image(image.tar, image.name, before="cratekeeper.service")

    def switch_on(self, node):
        """Boots a node; what runs in it needs longer."""
        # It may have lost its power by somebody's kill from another terminal.
        node.power_cut()
        if self._image.is_real:
            node.boot(image_tar=None, timeout=_READY_TIMEOUT[True])
        else:
            node.boot()
        etcd = ", member of etcd" if node.address in self.shelf.etcd.addresses else ""
        say(f"{node.name} has booted: systemd, Docker and Btrfs of its own, {node.address}{etcd}")

    def until_ready(self, nodes):
        """Says of each node when it is ready."""
        left = list(nodes)

        def look():
            for node in list(left):
                if node.status_code() == 200:
                    left.remove(node)
                    say(f"{node.name} is {node.status_text()}")
            return not left

        wait_until(look, _READY_TIMEOUT[self._image.is_real],
                   lambda: "these nodes to be ready:\n" + "\n".join(f"{node.name}: {state(node)}" for node in left))

    def is_settled(self, nodes):
        """Whether those of these nodes that are on are ready, and exactly they are announced."""
        running = [node for node in nodes if node.running]
        return self.shelf.announced() == {node.name for node in running} and self.shelf.ready(running)

    def tell_until_settled(self, gone):
        """Waits until a node that was taken away is out of etcd, and says how the others are."""
        try:
            wait_until(lambda: self.is_settled(self.shelf.others(gone)), _SETTLE_TIMEOUT, "only the others in etcd")
            say(f"{gone.name} is out of etcd: no balancer sends it traffic")
        except Timeout:
            say(f"etcd does not list exactly the others within {_SETTLE_TIMEOUT} s; has it lost its majority?")
        for node in self.shelf.others(gone):
            say(f"  {node.name}: {state(node)}")


def state(node):
    """What a node says of itself."""
    return node.status_text() if node.running else "switched off"

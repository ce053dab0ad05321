"""Inspects a data disk after a power cut without the machine: mounts it here and lets the stand-in read the rows."""

import contextlib

from .standin import Connection
from .vm_rows import numbers
from .workspace import command, detach_loop

_CRATE = ("setpriv", "--reuid=1000", "--regid=1000", "--clear-groups",
          "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")


@contextlib.contextmanager
def _mounted(workspace, disk):
    point = workspace.make_directory("crashed")
    device = command("losetup", "--find", "--show", disk).stdout.strip()
    try:
        # Replays the file system's own log, as the machine would at its next boot.
        command("mount", "-t", "btrfs", device, point)
        yield point
    finally:
        command("umount", point, check=False)
        detach_loop(device)


def rows_on(disk, workspace, make_standin):
    """The numbers in the table of the database on this data disk."""
    with _mounted(workspace, disk) as point:
        standin = make_standin("n1", settings={"cluster.name": "vm", "path.data": point / "crate/data"})
        standin.start(user=_CRATE).until_status(200, timeout=30)
        connection = Connection(standin.http_port)
        try:
            return numbers(connection)
        finally:
            connection.close()
            standin.terminate()

"""The log of all writes of a virtual machine to a disk, and the disk that a power cut would have left.

QEMU's filter blklogwrites adds an entry when a write or a flush is complete, in the format of Linux' dm-log-writes. A
flush guarantees all writes completed before it; a disk that loses power keeps any subset of the later writes.
"""

import os
import struct

from .workspace import command

_ENTRY = struct.Struct("<4Q")  # sector, sectors, flags, bytes of data other than writes
_FLUSH, _DISCARD = 1, 4
_SECTOR = 512
# Btrfs writes its first superblock with "force unit access": complete means durable. QEMU's NVMe does not pass the flag
# to the log, so the offset identifies such a write.
_SUPERBLOCK = 64 << 10


class WriteLog:
    """A log, read once. `entries` are (is it a flush, offset on the disk, offset in the log, bytes, where it ends)."""

    def __init__(self, path):
        self._path = path
        self.entries = []
        size, at = os.path.getsize(path), _SECTOR
        with open(path, "rb") as log:
            while at + _SECTOR <= size:
                log.seek(at)
                sector, sectors, flags, _ = _ENTRY.unpack(log.read(_ENTRY.size))
                length = 0 if flags & _DISCARD else sectors * _SECTOR
                # A hole is an entry that was being written when QEMU was killed; nothing after it was complete.
                if at + _SECTOR + length > size or (sectors, flags) == (0, 0):
                    break
                end = at + _SECTOR + length
                if not flags & _DISCARD:
                    self.entries.append((bool(flags & _FLUSH), sector * _SECTOR, at + _SECTOR, length, end))
                at = end
        self.end = at

    def state(self, base, path, count, keep):
        """Writes to `path` the disk `base` after the first `count` entries and a power cut: `keep()` decides for each
        write without a later flush whether it survives. Returns (number of such writes, number of survivors)."""
        command("cp", "--sparse=always", base, path, timeout=300)
        done = self.entries[:count]
        flushed = max((number for number, entry in enumerate(done) if entry[0]), default=-1)
        loose = kept = 0
        with open(self._path, "rb") as log, open(path, "r+b") as disk:
            for number, (_, offset, at, length, _) in enumerate(done):
                if number > flushed and offset != _SUPERBLOCK:
                    loose += 1
                    if not keep():
                        continue
                    kept += 1
                log.seek(at)
                disk.seek(offset)
                disk.write(log.read(length))
        return loose, kept

"""Three real etcd members that form one cluster on loopback; each can be killed, frozen and started again."""

from .etcd import Etcd
from .wait import wait_until


class Member(Etcd):
    """A member counts as started when its process runs, because alone it cannot answer."""

    def _answers(self):
        return self.pid is not None

    def serves(self):
        """Whether it answers linearizable reads, which needs a leader."""
        return super()._answers()


class EtcdCluster:
    """A cluster of `size` members. Use it as a context manager."""

    def __init__(self, workspace, version="3.5", size=3):
        self.members = [Member(workspace, version) for _ in range(size)]
        peers = [f"http://{member.address}:{member._peer_port}" for member in self.members]
        formation = ",".join(f"m{number}={peer}" for number, peer in enumerate(peers))
        for number, member in enumerate(self.members):
            member._extra = ["--name", f"m{number}", "--initial-cluster", formation]

    def __enter__(self):
        for member in self.members:
            member.start()
        wait_until(lambda: all(member.serves() for member in self.members), 30, "all etcd members to answer")
        return self

    def __exit__(self, *_):
        for member in self.members:
            member.close()

    @property
    def endpoints(self):
        """The client URLs in the order of the members."""
        return [member.endpoint for member in self.members]

    def leader(self):
        """The member that reports itself as leader."""
        for member in self.members:
            status = member.etcdctl("endpoint", "status", "--write-out=fields", check=False).stdout
            fields = dict(line.split(" : ", 1) for line in status.splitlines() if " : " in line)
            if fields.get('"Leader"') is not None and fields['"Leader"'] == fields.get('"MemberID"'):
                return member
        raise AssertionError("expected a leader among the members")

"""Docker inside a node loads archives, shares the node's network, and lets an unprivileged user watch a container."""

import subprocess
import tarfile

import pytest

IMAGE = "harness/echo:1"
PROGRAM = """
use IO::Socket;
$SIG{TERM} = sub { exit 143 };
my $server = IO::Socket::INET->new(Listen => 5, LocalPort => 4200, ReuseAddr => 1) or die;
while (my $client = $server->accept) { print $client "hello\\n"; close $client }
"""
WATCH = """
my $pidfd = syscall(434, $ARGV[0] + 0, 0);  # pidfd_open
$pidfd >= 0 or die "pidfd_open: $!";
$| = 1;
print "watching\\n";
my $set = "";
vec($set, $pidfd, 1) = 1;
print select($set, undef, undef, 20) == 1 ? "gone\\n" : "still there\\n";
"""


@pytest.fixture(scope="module")
def container(node, workspace):
    """A container that answers "hello" on port 4200, started by systemd like the database."""
    archive = workspace.make_directory("image") / "image.tar"
    # The image contains no program: the container uses the node's own /usr.
    with tarfile.open(archive, "w") as image:
        for name in ("bin", "lib", "lib64"):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, f"usr/{name}"
            image.addfile(link)
    node.load_image(archive, IMAGE)
    node.write("/run/echo.pl", PROGRAM)
    node.run("systemd-run", "--unit=echo.service", "docker", "run", "--rm", "--name=echo", "--network=host",
             "--volume=/usr:/usr:ro", "--volume=/run/echo.pl:/echo.pl:ro", "--volume=/data:/data", IMAGE, "/usr/bin/perl",
             "/echo.pl")
    node.wait_for(lambda: node.container_pid("echo"), 30, "the container to run")
    return "echo"


def test_a_port_answers_from_another_machine_and_from_inside(node, container):
    def answers_inside():
        return "hello" in node.run("curl", "--silent", "telnet://127.0.0.1:4200", check=False).stdout

    node.wait_for(answers_inside, 20, "the container to answer inside")
    with node.connect(4200) as connection:
        assert connection.recv(100) == b"hello\n"


def test_an_unprivileged_user_sees_the_cgroup_and_the_death_of_the_main_process(node, container):
    pid = node.container_pid(container)
    scope = f"/sys/fs/cgroup/system.slice/docker-{node.docker('inspect', '--format', '{{.Id}}', container)}.scope"
    assert str(pid) in node.run("cat", f"{scope}/cgroup.procs", user="nobody").stdout.split()
    assert "populated 1" in node.run("cat", f"{scope}/cgroup.events", user="nobody").stdout

    watcher = subprocess.Popen(node.command_line("perl", "-e", WATCH, pid, user="nobody"), stdout=subprocess.PIPE,
                               text=True)
    with watcher.stdout:
        assert watcher.stdout.readline() == "watching\n"
        node.run("kill", "-KILL", pid)
        assert watcher.stdout.readline() == "gone\n"
    assert watcher.wait(5) == 0
    node.wait_for(lambda: node.active_state("echo.service") in ("failed", "inactive"), 20, "systemd to notice")

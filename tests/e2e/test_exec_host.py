# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse exec --wan host: the real network behind the NAT

The host is a namespace, too, and the real network another:

    [host] ext 203.0.113.2 --- 203.0.113.7 eth0 [net]
"""

import os
import shutil
import signal
import subprocess
import tempfile

import pytest

import lab as labs
from host import Host, inhabitants, poll
from runs import tun
from test_user import NOBODY, copy_tree

LAPSE = os.path.join(labs.BUILD, "lapse")
ECHO = ("203.0.113.7", 7)


class World:
    """The host and the network, and what runs in them."""

    def __init__(self, folder):
        self.dir = folder
        os.chmod(folder, 0o755)
        self.log = open(os.path.join(folder, "hosts.log"), "w",
                        encoding="utf-8")
        self.host, self.net = Host("host", self.log), Host("net", self.log)
        for one in (self.host, self.net):
            one.wait_ready()
            one.ip("link set lo up")
        # an IPv6 address that ripens by itself would look like a change
        self.host.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
        self.host.ip("link add ext type veth peer name eth0 "
                     f"netns {self.net.proc.pid}",
                     "address add 203.0.113.2/24 dev ext", "link set ext up",
                     "route add default via 203.0.113.7")
        self.net.ip("address add 203.0.113.7/24 dev eth0", "link set eth0 up")
        self.udp = self.net.udp(ECHO).echo()
        self.listener = self.net.listen(7)
        self.env = dict(os.environ, LAPSE_RUN_DIR=os.path.join(folder, "run"))
        self.env.pop("LAPSE_SOCKET", None)

    def state(self):
        """What of the host a run may not leave changed."""
        saved = self.host.run("iptables-save").stdout
        return {
            "rules": [line for line in saved.splitlines()
                      if line.startswith("-A")],
            "forwarding": self.host.sysctl("net.ipv4.ip_forward"),
            "links": self.host.run("ip", "-o", "address").stdout,
            "routes": self.host.run("ip", "route").stdout,
            "records": [name for name in os.listdir(self.dir + "/run")
                        if name != "outside-lock"]
            if os.path.isdir(self.dir + "/run") else [],
        }

    def start(self, *command, **how):
        """lapse exec --wan host."""
        return self.host.start(LAPSE, "exec", "--wan", "host", "--", *command,
                               env=self.env, **how)

    def close(self):
        """End it all."""
        for one in (self.host, self.net):
            one.close()
        self.log.close()


@pytest.fixture(name="world")
def fixture_world():
    """A host with a network; an ordinary user can read its folder."""
    with tempfile.TemporaryDirectory(prefix="lapse-host-") as folder:
        made = World(folder)
        try:
            yield made
        finally:
            made.close()


def ask(address, port):
    """A program: send a datagram, print who answered."""
    return ["python3", "-c",
            "import socket; s = socket.socket(type=socket.SOCK_DGRAM);"
            f"s.settimeout(10); s.sendto(b'x', ('{address}', {port}));"
            "print(s.recvfrom(9))"]


def test_root(world):
    """Traffic gets there with the host's address, and nothing stays."""
    before = world.state()
    done = world.host.run(LAPSE, "exec", "--wan", "host", "--profile",
                          "us-3g-2013", "--", *ask(*ECHO), env=world.env)
    assert "203.0.113.7" in done.stdout
    assert done.stderr == "" or "resolver" in done.stderr
    tcp = world.start("python3", "-c", "import socket;"
                      f"socket.create_connection({ECHO}).recv(1)")
    far = world.listener.accept()
    far.close()
    assert tcp.wait() == 0
    assert world.state() == before


def test_sees_host_address(world):
    """The far side sees the host, for the host hides the lab."""
    seen = world.net.udp(("203.0.113.7", 9))
    with world.start(*ask("203.0.113.7", 9)) as proc:
        _, remote = seen.recvfrom()
        assert remote[0] == "203.0.113.2"
        proc.terminate()
        assert proc.wait() == -signal.SIGTERM


def test_two_at_once(world):
    """Each has a network of its own; the last one puts forwarding back."""
    before = world.state()
    first = world.start("sleep", "60")
    poll(lambda: world.host.sysctl("net.ipv4.ip_forward") == "1", 10)
    done = world.host.run(LAPSE, "exec", "--wan", "host", "--", *ask(*ECHO),
                          env=world.env)
    assert "203.0.113.7" in done.stdout
    assert world.host.sysctl("net.ipv4.ip_forward") == "1"
    first.terminate()
    first.wait()
    assert world.state() == before


def begin_and_kill(world):
    """A run whose cable is laid dies a sudden death."""
    proc = world.start("sleep", "60")
    poll(lambda: "lapse0" in world.host.run("ip", "-br", "link").stdout, 10)
    pid = next(pid for pid, name in inhabitants({world.host.inode})
               if name == "lapse")
    os.kill(pid, signal.SIGKILL)
    proc.wait()


def test_killed(world):
    """The next command finds what a killed run left, names and removes it."""
    before = world.state()
    begin_and_kill(world)
    assert world.state()["rules"] != before["rules"]
    done = world.host.run(LAPSE, "profile", "list", env=world.env)
    assert "lapse0" in done.stderr and "198.18.0.0/24" in done.stderr
    poll(lambda: world.state() == before, 5, "all is as it was")


def test_elsewhere(world):
    """A command in another network does not take it for its own."""
    begin_and_kill(world)
    done = world.net.run(LAPSE, "profile", "list", env=world.env)
    assert done.stderr == ""
    assert world.state()["rules"]


def test_killed_elsewhere(world):
    """What is left in one network does not keep another from its end."""
    before = world.state()
    begin_and_kill(world)
    world.net.run(LAPSE, "exec", "--wan", "host", "--", "true", env=world.env)
    assert world.net.sysctl("net.ipv4.ip_forward") == "0"
    assert world.host.sysctl("net.ipv4.ip_forward") == "1"
    world.host.run(LAPSE, "profile", "list", env=world.env)
    poll(lambda: world.state() == before, 5, "all is as it was")


def test_no_resolver(world):
    """One on loopback, with nobody behind it that is known, is none."""
    path = os.path.join(world.dir, "resolv.conf")
    with open(path, "w", encoding="ascii") as f:
        f.write("nameserver 127.0.0.1\nnameserver fe80::1\n")
    done = world.host.run("unshare", "--mount", "sh", "-c",
                          f"mount -t tmpfs tmpfs /run; "
                          f"mount --bind {path} /etc/resolv.conf; "
                          "exec \"$@\"", "sh", LAPSE, "exec", "--wan", "host",
                          "--", "true", env=world.env)
    assert "the host's resolver" in done.stderr


def test_no_iptables(world):
    """What is missing has a name."""
    done = world.host.run("unshare", "--mount", "sh", "-c",
                          "for d in /usr/sbin /sbin; do "
                          "mount -t tmpfs tmpfs $d; done; exec \"$@\"", "sh",
                          LAPSE, "exec", "--wan", "host", "--", "true",
                          check=False, env=world.env)
    assert done.returncode == 125 and "iptables is not" in done.stderr


def test_no_server(world):
    """--server makes no sense with the real network."""
    done = world.host.run(LAPSE, "exec", "--wan", "host", "--server", "x",
                          "--", "true", check=False, env=world.env)
    assert done.returncode == 125 and "--server" in done.stderr


def as_user(world, helper, *arguments):
    """lapse exec --wan host of an ordinary user who has this helper alone."""
    if helper and not shutil.which(helper):
        pytest.skip(f"this release has no {helper}")
    copy_tree(world.dir)
    hide = [f"mount --bind /dev/null {path}"
            for name in ("pasta", "slirp4netns") if name != helper
            for path in [shutil.which(name)] if path]
    inside = "; ".join([f"mount --bind {tun(world.dir)} /dev/net/tun", *hide,
                        'exec setpriv --reuid "$0" --regid "$0" '
                        '--clear-groups "$@"'])
    return ["unshare", "--mount", "sh", "-ec", inside, NOBODY,
            os.path.join(world.dir, "build", "lapse"), "exec", "--wan",
            "host", *arguments]


@pytest.mark.skipif("LAPSE_VALGRIND" in os.environ,
                    reason="the wrapper's log belongs to root")
def test_no_tun(world):
    """In a container, say: at once, and by its name."""
    argv = as_user(world, "pasta", "--", "true")
    os.chmod(os.path.join(world.dir, "tun"), 0o600)
    done = world.host.run(*argv, check=False, cwd="/", env=world.env,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == 125
    assert done.stderr == \
        "lapse: --wan host: pasta needs /dev/net/tun: Permission denied\n"


def helpers(world):
    """Those that run on the host; pasta becomes passt, or passt.avx2."""
    return [pid for pid, name in inhabitants({world.host.inode})
            if name.startswith(("pasta", "passt", "slirp4netns"))]


@pytest.mark.skipif("LAPSE_VALGRIND" in os.environ,
                    reason="the wrapper's log belongs to root")
@pytest.mark.parametrize("helper", ["pasta", "slirp4netns"])
def test_helper_dies(world, helper):
    """That there is no way out any more is said; the command goes on."""
    path = os.path.join(world.dir, "said")
    with open(path, "w+", encoding="utf-8") as said:
        proc = world.host.start(
            *as_user(world, helper, "--", "sh", "-c", "echo ran; cat; exit 4"),
            cwd="/", env=world.env, stdin=subprocess.PIPE, stderr=said,
            stdout=subprocess.PIPE)
        assert proc.stdout.readline() == "ran\n"
        assert helpers(world)
        for pid in helpers(world):
            os.kill(pid, signal.SIGKILL)

        def text():
            said.seek(0)
            return said.read()
        poll(lambda: "no way out any more" in text(), 5, "it is said")
    proc.communicate("")
    assert proc.returncode == 4


@pytest.mark.skipif("LAPSE_VALGRIND" in os.environ,
                    reason="the wrapper's log belongs to root")
@pytest.mark.parametrize("helper", ["pasta", "slirp4netns"])
def test_user_killed(world, helper):
    """No helper stays when lapse is killed, whatever ids it has taken on."""
    proc = world.host.start(
        *as_user(world, helper, "--", "sh", "-c", "echo ran; sleep 1000"),
        cwd="/", env=world.env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert proc.stdout.readline() == "ran\n"
    assert helpers(world)
    proc.kill()
    proc.wait()
    poll(lambda: not helpers(world), 10, "it has ended")
    proc.stdout.close()


@pytest.mark.skipif("LAPSE_VALGRIND" in os.environ,
                    reason="the wrapper's log belongs to root")
@pytest.mark.parametrize("helper", ["pasta", "slirp4netns", None])
def test_user(world, helper):
    """An ordinary user goes by pasta or slirp4netns, or is told of them."""
    done = world.host.run(
        *as_user(world, helper, "--report", "-", "--", *ask(*ECHO)),
        check=False, cwd="/", env=world.env, stdin=subprocess.DEVNULL)
    if not helper:
        assert done.returncode == 125
        assert "apt-get install passt" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    assert "203.0.113.7" in done.stdout
    assert f"goes by {helper}" in done.stderr
    assert "began it anew" in done.stdout
    poll(lambda: not helpers(world), 5, "it has ended")

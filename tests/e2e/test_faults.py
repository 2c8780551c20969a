# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults of the NAT, against a real client and a real server"""

import errno

import pytest

POOL = {"wan": {"interface": "wan", "pool": ["198.51.100.20-198.51.100.23"]}}


def talk(lab, near, far):
    """A byte each way, acknowledged."""
    near.send(b"hello")
    assert far.recv() == b"hello"
    far.send(b"hello")
    assert near.recv() == b"hello"
    lab.settle(near, far)


def fault(lab, *words):
    """Begin one; its events must be there when the command returns."""
    number = lab.one("status")["events"]
    row = lab.one("fault", *words)
    assert lab.one("wait", "fault-started", "--after", number, "--timeout",
                   "10s")["fault"] == words[0]
    return row


def test_reboot(lab):
    """All is lost: a segment from inside belongs to nothing any more."""
    lab = lab()
    near, far = lab.tcp()
    talk(lab, near, far)
    fault(lab, "reboot")
    assert not lab.sessions() and not lab.lapse("mappings")
    assert not lab.lapse("fault", "list")
    near.send(b"lost")
    assert far.silent()
    talk(lab, *lab.tcp(5001))


def test_rst(lab):
    """Both ends are told at once."""
    lab = lab()
    near, far = lab.tcp()
    talk(lab, near, far)
    fault(lab, "rst")
    for sock in (near, far):
        with pytest.raises(OSError) as e:
            sock.recv()
        assert e.value.errno == errno.ECONNRESET
    assert not lab.sessions()


def test_rebind(lab):
    """The server sees the same client come from another port."""
    lab = lab()
    far = lab.server.udp((lab.server_address, 7000))
    near = lab.client.udp(remote=far.local)
    near.send(b"one")
    _, before = far.recvfrom()
    fault(lab, "rebind")
    near.send(b"two")
    _, after = far.recvfrom()
    assert before[0] == after[0] and before[1] != after[1]
    far.send(b"old", before)
    far.send(b"new", after)
    assert near.recv() == b"new"


def test_new_address(lab):
    """From Wi-Fi to cellular: another address, and the old one is dead."""
    lab = lab(settings=POOL)
    far = lab.server.udp((lab.server_address, 7000))
    near = lab.client.udp(remote=far.local)
    near.send(b"one")
    _, before = far.recvfrom()
    fault(lab, "new-address", "--client", lab.client.address)
    near.send(b"two")
    _, after = far.recvfrom()
    assert before[0] != after[0]
    far.send(b"old", before)
    far.send(b"new", after)
    assert near.recv() == b"new"
    assert near.silent()


def test_new_address_without_another(lab):
    """A pool of one has no other."""
    lab = lab()
    done = lab.ask("fault", "new-address")
    assert done.returncode == 1 and "wan.pool" in done.stderr


def test_exhaust_ports(lab):
    """What is there goes on; nothing new gets out."""
    lab = lab()
    near, far = lab.tcp()
    talk(lab, near, far)
    row = fault(lab, "exhaust-ports")
    talk(lab, near, far)
    with pytest.raises(OSError) as e:
        lab.tcp(5001)
    assert e.value.errno == errno.EHOSTUNREACH
    lab.one("fault", "clear", row["id"])
    talk(lab, *lab.tcp(5002))


@pytest.mark.parametrize("kind, gets_out, gets_in", [
    ("blackhole", False, False), ("blackhole-out", False, True),
    ("blackhole-in", True, False), ("unplug", False, False)])
def test_blackhole(lab, kind, gets_out, gets_in):
    """Packets vanish, by direction, for one of two clients."""
    lab = lab(clients=2)
    far = lab.server.udp((lab.server_address, 7000))
    remotes, nears = [], []
    for client in lab.clients:
        nears.append(client.udp(remote=far.local))
        nears[-1].send(b"hello")
        remotes.append(far.recvfrom()[1])
    fault(lab, kind, "--client", lab.client.address)
    nears[0].send(b"out")
    assert far.recv() == b"out" if gets_out else far.silent()
    far.send(b"in", remotes[0])
    assert nears[0].recv() == b"in" if gets_in else nears[0].silent()
    far.send(b"other", remotes[1])
    assert nears[1].recv() == b"other"
    assert lab.one("fault", "clear")["cleared"] == 1
    far.send(b"again", remotes[0])
    assert nears[0].recv() == b"again"


def test_slow_server(lab):
    """The connection lives, for its kernels talk; the service is dead."""
    lab = lab()
    near, far = lab.tcp()
    talk(lab, near, far)
    fault(lab, "slow-server")
    near.send(b"a question")
    assert far.recv() == b"a question"
    lab.settle(near)
    far.send(b"an answer")
    assert near.silent()
    assert near.state()["tcp"] == "established"
    lab.one("fault", "clear")
    assert near.recv(timeout=15) == b"an answer"


def test_for(lab):
    """It ends by itself, by the lapse clock."""
    lab = lab()
    lab.clock("freeze")
    far = lab.server.udp((lab.server_address, 7000))
    near = lab.client.udp(remote=far.local)
    fault(lab, "blackhole", "--for", "1h")
    near.send(b"lost")
    lab.until(lambda: lab.stat("drop-fault") == 1)
    row, = lab.lapse("fault", "list")
    assert (row["fault"], row["ends-in"]) == ("blackhole", 3600)
    number = lab.one("status")["events"]
    lab.clock("advance", "1h")
    assert lab.one("wait", "fault-ended", "--after", number, "--timeout",
                   "10s")["fault"] == "blackhole"
    near.send(b"arrives")
    assert far.recv() == b"arrives"


def test_mistakes(lab):
    """What cannot be is said, and changes nothing."""
    lab = lab()
    for words in (["weather"], ["reboot", "--for", "1s"], [],
                  ["rst", "--client", "nobody"], ["rst", "--value", "1s"],
                  ["clear", "x"]):
        assert lab.ask("fault", *words).returncode == 2, words
    assert lab.ask("fault", "clear", "7").returncode == 1
    assert not lab.lapse("fault", "list")

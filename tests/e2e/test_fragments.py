# SPDX-License-Identifier: GPL-2.0-or-later
"""Datagrams in pieces, in any order (RFC 4787 REQ-14)

The pieces are put on the wire as they are wanted, past the sender's stack; it
is the receiver's own stack that puts them together, checks their sum and
hands them to a socket.
"""

import json
import random
import subprocess

import pytest

import craft
from lab import OUTSIDE, SERVER

PORT = 6000
SLOTS = 256             # pieces that lapsed keeps at most (nat/fragment.h)
ORDERS = {
    "in-order": lambda pieces: pieces,
    "reversed": lambda pieces: pieces[::-1],
    "shuffled": lambda pieces: random.Random(7).sample(pieces, len(pieces)),
}


@pytest.fixture(params=["no-conntrack", "conntrack"])
def conntrack(request):
    """Whether the gateway's kernel tracks connections, and so reassembles."""
    return request.param == "conntrack"


@pytest.fixture
def wired(lab):
    """Makes a lab with sockets at both ends and wires to put frames on."""
    def make(track=False, **how):
        one = lab(**how)
        if track:
            one.gateway.run("iptables", "-w", "-A", "FORWARD", "-m",
                            "conntrack", "--ctstate", "INVALID", "-j",
                            "ACCEPT")
        one.inside, one.outside = (hardware(one.gateway, link)
                                   for link in ("lan", "wan"))
        one.far = one.server.udp((SERVER, PORT))
        one.near = []
        for client in one.clients:
            sock = client.udp((client.address, PORT))
            sock.send(b"hello", (SERVER, PORT))
            _, sock.external = one.far.recvfrom()
            one.far.send(b"hello", sock.external)
            assert sock.recv() == b"hello"
            one.near.append(sock)
        return one
    return make


def hardware(host, link):
    """A hardware address, as bytes."""
    shown = json.loads(host.run("ip", "-j", "link", "show", link).stdout)
    return bytes.fromhex(shown[0]["address"].replace(":", ""))


def content(size, seed):
    """Bytes of which no two pieces are alike."""
    return random.Random(f"{size} {seed}").randbytes(size)


def pieces(src, dst, data, number=1, cut=1480):
    """A UDP datagram from endpoint to endpoint, as a list of fragments."""
    whole = craft.udp(src[0], dst[0], data, src[1], dst[1])[20:]
    found = []
    for at in range(0, len(whole), cut):
        more = 0x2000 if at + cut < len(whole) else 0
        found.append(craft.packet(
            src[0], dst[0], craft.UDP, whole[at:at + cut],
            fragment=at // 8 | more, number=number))
    return found


def put(lab, host, packets):
    """Put packets on a host's wire to the gateway."""
    gateway = lab.outside if host is lab.server else lab.inside
    for packet in packets:
        frame = gateway + b"\2\0\0\0\0\1\x08\0" + packet
        host.call("frame", interface="eth0", data=frame.decode("latin-1"))


def test_orders(wired, conntrack):
    """Large and small pieces, in both directions."""
    lab = wired(conntrack)
    seen = lab.record()
    near, number = lab.near[0], 0
    for name, order in ORDERS.items():
        held = lab.stat("fragments-held")
        for size in (1480, 4000, 8000):
            for cut in (1480, 576, 136):
                number += 1
                data = content(size, number)
                put(lab, lab.client, order(
                    pieces(near.local, (SERVER, PORT), data, number, cut)))
                assert lab.far.recvfrom() == (data, near.external)
                put(lab, lab.server, order(
                    pieces((SERVER, PORT), near.external, data, number, cut)))
                assert near.recvfrom() == (data, (SERVER, PORT))
        # where the kernel tracks, it has put them together before
        assert (lab.stat("fragments-held") > held) == \
            (name != "in-order" and not conntrack)
    seen.check()
    if conntrack:
        assert lab.stat("fragments-translated") == 0
    else:
        assert lab.stat("fragments-translated") > 300
    assert lab.stat("drop-fragment-early") == 0
    assert lab.stat("drop-fragment-bad") == 0


def interleaved(lab, senders, target, order, number):
    """
    Clients send to the same endpoint at the same time, with the same IP
    identification; Return: what each has sent, and as whom it is seen.
    """
    sent = [(content(4000, (number, n)), near.external)
            for n, near in enumerate(senders)]
    cut = [order(pieces(near.local, target, data, number))
           for near, (data, _) in zip(senders, sent)]
    for together in zip(*cut):
        for near, piece in zip(senders, together):
            put(lab, near.host, [piece])
    return sent


def test_equal_identification(wired, conntrack):
    """
    Two clients use the same IP identification at the same time, to the same
    server. Outside they are one host: it may not use an identification twice
    (RFC 6864).
    """
    lab = wired(conntrack, clients=2)
    seen = lab.record()
    for number in range(1, 9):
        for order in ORDERS.values():
            sent = interleaved(lab, lab.near, (SERVER, PORT), order, number)
            got = [lab.far.recvfrom() for _ in sent]
            assert sorted(got) == sorted(sent)
    found = seen.check()
    ids = {p.id for p in found if p.src == OUTSIDE and (p.more or p.offset)}
    assert len(ids) == 2 * 8 * len(ORDERS)


@pytest.mark.parametrize("hairpin", ["external", "internal"])
def test_hairpin(wired, conntrack, hairpin):
    """From client to client by the external endpoint."""
    lab = wired(conntrack, clients=2, hairpin=hairpin, filtering="eif",
                mapping="eim")
    one, two = lab.near
    number = 0
    for order in ORDERS.values():
        for size in (1480, 4000, 8000):
            for a, b in ((one, two), (two, one)):
                number += 1
                data = content(size, number)
                put(lab, a.host, order(
                    pieces(a.local, b.external, data, number)))
                source = a.external if hairpin == "external" else a.local
                assert b.recvfrom() == (data, source)
    assert lab.stat("drop-fragment-early") == 0


def test_hairpin_equal_identification(wired):
    """Two clients send to a third: to it they are one host, too."""
    lab = wired(clients=3, hairpin="external", filtering="eif", mapping="eim")
    *senders, target = lab.near
    for number in range(1, 5):
        for order in ORDERS.values():
            sent = interleaved(lab, senders, target.external, order, number)
            got = [target.recvfrom() for _ in sent]
            assert sorted(got) == sorted(sent)


def test_ping(wired, conntrack):
    """Large echo requests, and their replies."""
    lab = wired(conntrack)
    seen = lab.record()
    for size in (1472, 1473, 4000, 20000):
        lab.client.run("ping", "-n", "-c", "2", "-i", "0.05", "-s", str(size),
                       SERVER)
    seen.check()


def test_ping_hairpin(lab, conntrack):
    """With basic NAT also to another client, by its external address."""
    lab = lab(clients=2, hairpin="external", address_only="true",
              filtering="eif", settings={"wan": {
                  "interface": "wan",
                  "pool": ["198.51.100.20-198.51.100.23"]}})
    if conntrack:
        lab.gateway.run("iptables", "-w", "-A", "FORWARD", "-m", "conntrack",
                        "--ctstate", "INVALID", "-j", "ACCEPT")
    near, far = lab.tcp(5000, lab.clients[1])
    near.send(b"x")
    external = far.remote[0]
    for size in (56, 4000, 20000):
        lab.client.run("ping", "-n", "-c", "2", "-i", "0.05", "-s", str(size),
                       external)
    assert lab.stat("hairpin-translated") >= 6


def resident(lab):
    """Bytes of memory that lapsed has in use."""
    with open(f"/proc/{lab.lapsed.pid}/statm", encoding="ascii") as f:
        return int(f.read().split()[1]) * 4096


def test_flood(wired):
    """
    Thousands of pieces whose first one never comes, from both sides. What is
    whole passes as before, memory stays as it was, and when it is over late
    pieces are waited for again.
    """
    lab = wired(clients=2)
    count = 3000

    def orphans(src, dst, first):
        return [pieces(src, dst, content(4000, 0), number)[1]
                for number in range(first, first + count // 4)]

    near, bad = lab.near
    put(lab, lab.clients[1], orphans(bad.local, (SERVER, PORT), 1))
    put(lab, lab.server, orphans((SERVER, PORT), bad.external, 1))
    before = resident(lab)
    ping = lab.client.start("ping", "-n", "-i", "0.01", "-c", "100", "-q",
                            SERVER, stdout=subprocess.PIPE)
    put(lab, lab.clients[1], orphans(bad.local, (SERVER, PORT), 1001))
    put(lab, lab.server, orphans((SERVER, PORT), bad.external, 1001))
    text, _ = ping.communicate(timeout=60)
    assert ping.returncode == 0 and " 0% packet loss" in text, text

    # in order, in the midst of it
    data = content(8000, 1)
    put(lab, lab.client, pieces(near.local, (SERVER, PORT), data, 9))
    assert lab.far.recvfrom() == (data, near.external)
    near.send(b"whole", (SERVER, PORT))
    assert lab.far.recvfrom() == (b"whole", near.external)

    def met():
        """lapsed has met all of them"""
        stats = lab.one("stats")
        held = stats["fragments-held"]
        assert held - stats["drop-fragment-early"] <= SLOTS
        return held + stats["drop-fragment-full"] >= count

    lab.until(met)
    assert resident(lab) - before < 1 << 20

    def patient():
        """a late first piece is waited for"""
        put(lab, lab.client, pieces(near.local, (SERVER, PORT), data,
                                    random.randrange(1, 65536))[::-1])
        return not lab.far.silent(0.1)

    lab.until(patient)

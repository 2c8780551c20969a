# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets that are broken or lie: a counted drop or a pass, never a crash,
never an untranslated private source outside"""

import json
import random
import struct

import pytest

import craft
from craft import error, icmp, packet, tcp, udp
from lab import OUTSIDE, SERVER
from packets import leaks

CLIENT = "192.168.77.2"
FIN, SYN, RST, ACK = 1, 2, 4, 16
QUERY = struct.pack("!HH", 77, 1) + b"query"

# what a client sends -> where it is counted
OUTBOUND = {
    "TCP header cut off": (packet(CLIENT, SERVER, 6, bytes(10)),
                           "drop-truncated"),
    "UDP header cut off": (packet(CLIENT, SERVER, 17, bytes(4)),
                           "drop-truncated"),
    "ICMP header cut off": (packet(CLIENT, SERVER, 1, bytes(2)),
                            "drop-truncated"),
    "TCP header of 12 bytes": (tcp(CLIENT, SERVER, SYN, offset=3),
                               "drop-bad-tcp"),
    "TCP header beyond the end": (tcp(CLIENT, SERVER, SYN, offset=15),
                                  "drop-bad-tcp"),
    "TCP without flags": (tcp(CLIENT, SERVER, 0), "drop-bad-tcp"),
    "TCP SYN and FIN": (tcp(CLIENT, SERVER, SYN | FIN), "drop-bad-tcp"),
    "UDP length below 8": (udp(CLIENT, SERVER, length=4), "drop-bad-udp"),
    "UDP length beyond the end": (udp(CLIENT, SERVER, length=500),
                                  "drop-bad-udp"),
    "ICMP checksum": (icmp(CLIENT, SERVER, 8, 0, QUERY, wrong=1),
                      "drop-bad-checksum"),
    "ICMP type": (icmp(CLIENT, SERVER, 42, 0, QUERY), "drop-icmp-type"),
    "error about nothing": (error(CLIENT, SERVER, udp(SERVER, CLIENT)),
                            "drop-icmp-no-session"),
    "error that quotes 8 bytes": (error(CLIENT, SERVER, bytes(8)),
                                  "drop-icmp-inner"),
    "TCP that opens nothing": (tcp(CLIENT, SERVER, ACK, ack=1),
                               "drop-stray-outbound"),
}

# what comes from outside -> where it is counted
INBOUND = {
    "TCP header cut off": (packet(SERVER, OUTSIDE, 6, struct.pack(
        "!HHI", 80, 20000, 0)), "drop-truncated"),
    "TCP to nobody": (tcp(SERVER, OUTSIDE, SYN, dport=20000),
                      "drop-no-mapping"),
    "UDP to nobody": (udp(SERVER, OUTSIDE, dport=20000), "drop-no-mapping"),
    "UDP length": (udp(SERVER, OUTSIDE, dport=20000, length=900),
                   "drop-bad-udp"),
    "error about nothing": (error(SERVER, OUTSIDE, udp(OUTSIDE, SERVER,
                                                       sport=20000)), None),
    "private source": (udp("10.9.9.9", OUTSIDE, dport=20000), None),
    "our own source": (udp(OUTSIDE, OUTSIDE, dport=20000), None),
    "loopback source": (udp("127.0.0.1", OUTSIDE, dport=20000), None),
}


class Wire:
    """Frames from the client and the server to the gateway."""

    def __init__(self, lab):
        self.lab = lab
        self.inside = self.link(lab.gateway, "lan")
        self.outside = self.link(lab.gateway, "wan")
        # both know each other's hardware address before
        lab.client.run("ping", "-n", "-c", "1", lab.server_address)
        lab.lapse("flush")

    @staticmethod
    def link(host, name):
        """A hardware address."""
        done = host.run("ip", "-j", "link", "show", name)
        return json.loads(done.stdout)[0]["address"]

    def send(self, host, to, data):
        """One packet to the gateway."""
        frame = bytes.fromhex(to.replace(":", "")) + b"\2\0\0\0\0\1\x08\0"
        host.call("frame", interface="eth0",
                  data=(frame + data).decode("latin-1"))

    def out(self, data):
        """From the client."""
        self.send(self.lab.client, self.inside, data)

    def into(self, data):
        """From outside."""
        self.send(self.lab.server, self.outside, data)

    def nothing_leaked(self, seen):
        """What the gateway has sent is free of private addresses."""
        sent = seen.packets(lambda p: p.sender == self.outside)
        bad = [f"{p}: {leaks(p)}" for p in sent if leaks(p)]
        assert not bad, "\n".join(bad)
        return sent


def works(lab):
    """An honest connection, after all this."""
    near, far = lab.tcp(5555)
    near.send(b"honest")
    assert far.recv() == b"honest"
    far.send(b"work")
    assert near.recv() == b"work"


def drops(lab):
    """All counters of drops."""
    return {k: v for k, v in lab.one("stats").items()
            if k.startswith("drop-")}


def tell(lab, before, send, data, counter):
    """Send, and see it counted where it belongs, and nowhere else."""
    send(data)
    if counter is None:     # may end in the kernel already
        return
    try:
        lab.until(lambda: drops(lab) != before)
    except AssertionError:
        pass
    now = drops(lab)
    assert {k: now[k] - before[k] for k in now if now[k] != before[k]} == \
        {counter: 1}


def test_outbound(lab):
    """Each kind from inside, and where it is counted."""
    lab = lab()
    wire = Wire(lab)
    seen = lab.record()
    wrong = []
    for name, (data, counter) in OUTBOUND.items():
        try:
            tell(lab, drops(lab), wire.out, data, counter)
        except AssertionError as e:
            wrong.append(f"{name}: {e}")
    assert not wrong, "\n".join(wrong)
    works(lab)
    wire.nothing_leaked(seen)


def test_inbound(lab):
    """Each kind from outside; the client sees none of it."""
    lab = lab()
    wire = Wire(lab)
    inside = lab.record(lab.client)
    wrong = []
    for name, (data, counter) in INBOUND.items():
        try:
            tell(lab, drops(lab), wire.into, data, counter)
        except AssertionError as e:
            wrong.append(f"{name}: {e}")
    assert not wrong, "\n".join(wrong)
    lab.server.run("ping", "-n", "-c", "1", OUTSIDE)
    assert not inside.packets(lambda p: p.protocol in (6, 17))
    works(lab)


def test_spoofed_sources(lab):
    """Clients that use addresses which are not theirs: none gets out."""
    lab = lab()
    wire = Wire(lab)
    seen = lab.record()
    for source in (OUTSIDE, "10.1.2.3", "172.16.5.5", "100.64.1.1",
                   "127.0.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
                   "192.168.77.1", "192.168.77.255", SERVER):
        wire.out(udp(source, SERVER))
        wire.out(tcp(source, SERVER, SYN))
        wire.out(icmp(source, SERVER, 8, 0, QUERY))
        wire.out(packet(source, SERVER, 47, bytes(16)))
    works(lab)
    sent = wire.nothing_leaked(seen)
    assert {p.src for p in sent} <= {OUTSIDE}


@pytest.mark.parametrize("protocol", [0, 2, 4, 33, 41, 46, 47, 50, 51, 89, 103,
                                      115, 132, 136, 253, 255])
def test_other_protocols(lab, protocol):
    """Known or not: translated by address, or dropped and counted."""
    lab = lab()
    wire = Wire(lab)
    seen = lab.record()
    before = drops(lab)
    wire.out(packet(CLIENT, SERVER, protocol, bytes(range(32))))
    lab.until(lambda: drops(lab) != before or seen.packets(
        lambda p: p.protocol == protocol))
    works(lab)
    wire.nothing_leaked(seen)


def pieces(data, *cuts):
    """A packet's body cut into fragments at these places."""
    head, body = craft.udp(CLIENT, SERVER, data)[:20], \
        craft.udp(CLIENT, SERVER, data)[20:]
    assert len(head) == 20
    cuts = (0, *cuts, len(body))
    return [packet(CLIENT, SERVER, 17, body[a:b], number=99, fragment=a // 8 |
                   (0x2000 if b < len(body) else 0))
            for a, b in zip(cuts, cuts[1:])]


def test_fragments(lab):
    """In order, in disorder; overlapping, tiny, without a first one."""
    lab = lab()
    wire = Wire(lab)
    far = lab.server.udp((SERVER, 2000))
    seen = lab.record()
    data = bytes(n % 251 for n in range(3000))
    first, second, third = pieces(data, 1000, 2000)
    for order in ((first, second, third), (third, second, first),
                  (second, first, third)):
        for piece in order:
            wire.out(piece)
        assert far.recv() == data

    # ends beyond 65535; tiny first; overlap; nothing but a tail
    body = bytes(24)
    for piece in (packet(CLIENT, SERVER, 17, body, fragment=0x1fff),
                  packet(CLIENT, SERVER, 6, bytes(8), fragment=0x2000),
                  packet(CLIENT, SERVER, 6, bytes(16), fragment=1),
                  packet(CLIENT, SERVER, 17, body, fragment=0x2000, number=5),
                  packet(CLIENT, SERVER, 17, body, fragment=0x2001, number=5),
                  packet(CLIENT, SERVER, 17, body, fragment=0x2100, number=6)):
        wire.out(piece)
    works(lab)
    wire.nothing_leaked(seen)


def test_from_outside_to_inside(lab):
    """A neighbour of the WAN that addresses a client directly."""
    lab = lab()
    wire = Wire(lab)
    lab.server.ip(f"route add 192.168.77.0/24 via {OUTSIDE}")
    sock = lab.client.udp(("0.0.0.0", 7000))
    seen = lab.record()
    wire.into(udp(SERVER, CLIENT, dport=7000))
    wire.into(tcp(SERVER, CLIENT, SYN, dport=7001))
    works(lab)
    assert sock.silent(), "the filter was passed by"
    wire.nothing_leaked(seen)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random(lab, seed):
    """Honest packets with random bytes changed, from both sides."""
    lab = lab(filtering="eif", stray_outbound="remap")
    wire = Wire(lab)
    far = lab.server.udp((SERVER, 2000))
    near = lab.client.udp(("0.0.0.0", 1000))
    near.send(b"hello", far.local)
    _, remote = far.recvfrom()
    seen = lab.record()
    rng = random.Random(seed)
    dport = remote[1]
    models = [
        (wire.out, [udp(CLIENT, SERVER), tcp(CLIENT, SERVER, SYN),
                    tcp(CLIENT, SERVER, ACK, b"data"),
                    icmp(CLIENT, SERVER, 8, 0, QUERY),
                    error(CLIENT, SERVER, udp(SERVER, CLIENT, sport=2000,
                                              dport=1000))]),
        (wire.into, [udp(SERVER, OUTSIDE, sport=2000, dport=dport),
                     tcp(SERVER, OUTSIDE, SYN, dport=dport),
                     icmp(SERVER, OUTSIDE, 0, 0, QUERY),
                     error(SERVER, OUTSIDE, udp(OUTSIDE, SERVER, sport=dport,
                                                dport=2000))])]
    for _ in range(400):
        send, choices = rng.choice(models)
        data = bytearray(rng.choice(choices))
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(20 if rng.random() < 0.3 else len(data))] = \
                rng.randrange(256)
        if rng.random() < 0.8:      # else the kernel drops it at once
            data[0] = 0x45
            data[2:4] = struct.pack("!H", len(data))
            data[10:12] = b"\0\0"
            total = ~craft.ones_sum(bytes(data[:20])) & 0xffff
            data[10:12] = struct.pack("!H", total)
        send(bytes(data))
    works(lab)
    wire.nothing_leaked(seen)
    assert lab.stat("queue-malformed") == 0

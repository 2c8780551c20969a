# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands in lapse.yaml below `dhcp`, and what a client is told for it"""

import socket
import struct

from craft import udp
from dhcp_client import serve
from dhcp_driver import (ACK, DISCOVER, NAK, REQUEST, message, option,
                         options_of)
from dhcp_raw import (GATEWAY, Raw, address_option, frame, mac, number_of)

aton = socket.inet_aton


def wanted(*codes):
    """Option 55."""
    return option(55, bytes(codes))


def test_options(lab):
    """Each by its name, or by its number; byte by byte."""
    lab = serve(
        lab, conflict_probe="false", domain="home.example",
        search=["eng.example", "lab.eng.example"], ntp=["192.0.2.1"],
        routes=["10.0.0.0/8 via 192.168.77.2", "10.17.0.0/16 via "
                "192.168.77.3"], mtu="1400", v6_only="30m",
        next_server="192.0.2.9", lease_time="1h", options={
            "60": {"type": "string", "value": "lapse"},
            "43": {"type": "hex", "value": "0104c0000201"},
            "66": {"type": "string", "value": "boot.example"},
            "67": {"type": "string", "value": "pxelinux.0"},
            "150": {"type": "ip", "value": ["192.0.2.3", "192.0.2.4"]},
            "252": {"type": "u16", "value": "4660"}})
    raw = Raw(lab, lab.client, 1)
    codes = (121, 119, 108, 3, 1, 6, 15, 42, 26, 28, 60, 43, 66, 67, 150, 252)
    address, got = raw.bound(wanted(*codes))
    assert address == "192.168.77.50"
    fixed = {54: aton(GATEWAY), 51: struct.pack("!I", 3600),
             58: struct.pack("!I", 1800), 59: struct.pack("!I", 3150)}
    assert got == {53: bytes([ACK]), **fixed, 1: aton("255.255.255.0"),
                   3: aton(GATEWAY), 6: aton("192.0.2.53"),
                   15: b"home.example", 26: struct.pack("!H", 1400),
                   28: aton("192.168.77.255"), 42: aton("192.0.2.1"),
                   43: bytes.fromhex("0104c0000201"), 60: b"lapse",
                   66: b"boot.example", 67: b"pxelinux.0",
                   108: struct.pack("!I", 1800),
                   119: b"\3eng\7example\0\3lab\xc0\0",
                   121: b"\x08\x0a" + aton("192.168.77.2") + b"\x10\x0a\x11"
                   + aton("192.168.77.3") + b"\0" + aton(GATEWAY),
                   150: aton("192.0.2.3") + aton("192.0.2.4"),
                   252: b"\x12\x34"}
    # the order is the client's, but for the mask before the router
    assert list(got)[5:] == [121, 119, 108, 1, 3, *codes[5:]]
    assert raw.replies()[0][1].payload[20:24] == aton("192.0.2.9")
    # who asks for little gets that, and 108 only who asks for it
    assert set(raw.offered(wanted(3))[1]) == {53, 54, 51, 58, 59, 3}
    assert 108 not in raw.offered()[1]


def test_reservations(lab):
    """By MAC, by client identifier; nobody else gets what is reserved."""
    lab = serve(lab, conflict_probe="false", reservations={
        "nas": {"mac": mac(1).hex(":"), "address": "192.168.77.9",
                "hostname": "nas"},
        "tv": {"client-id": "ff1234", "address": "192.168.77.50"}})
    nas, tv, other = [Raw(lab, lab.client, n) for n in (1, 2, 3)]
    assert other.offered(address_option(50, "192.168.77.50"))[0] == \
        "192.168.77.51"
    assert other.bound()[0] == "192.168.77.51"
    address, got = nas.bound(wanted(12))
    assert (address, got[12]) == ("192.168.77.9", b"nas")
    identity = option(61, bytes.fromhex("ff1234"))
    address, got = tv.bound(identity)
    assert (address, got[61]) == ("192.168.77.50", b"\xff\x12\x34")
    # the same box without it is somebody else
    assert tv.bound()[0] == "192.168.77.52"


def test_the_edges_of_a_pool(lab):
    """Network, gateway, broadcast, the excluded: nobody's; then no more."""
    lab = serve(lab, range="192.168.77.0/24", conflict_probe="false",
                exclude=["192.168.77.2-192.168.77.252", "192.168.77.254"])
    first, second = [Raw(lab, lab.client, n) for n in (1, 2)]
    for wish in ("0", "1", "255", "7", "254"):
        assert first.offered(address_option(50, f"192.168.77.{wish}"))[0] == \
            "192.168.77.253"
    assert first.bound()[0] == "192.168.77.253"
    second.say(DISCOVER)
    lab.until(lambda: lab.stat("dhcp-drop-exhausted") == 1)
    assert not second.replies()
    # RFC 2563: whether it may choose an address by itself
    address, got = second.offered(option(116, b"\1"))
    assert (address, got[116]) == ("0.0.0.0", b"\0")
    assert [e for e in lab.lapse("events") if e["event"] == "addresses-exhausted"]


def test_leases_for_ever(lab):
    """Two ways to say it; a client that asks for less has it no less."""
    for number, words in enumerate(({"allocation": "automatic"},
                                    {"lease-time": "never"})):
        made = serve(lab, conflict_probe="false",
                     **{k.replace("-", "_"): v for k, v in words.items()})
        raw = Raw(made, made.client, 1)
        _, got = raw.bound()
        assert got[51] == b"\xff" * 4 and not {58, 59} & set(got)
        made.clock("advance", "4000d")
        row = made.one("lease", "list")
        assert (row["state"], row["expires-in"]) == ("bound", None), number
        shown = made.ask("lease", "list").stdout
        assert "never" in shown
        made.close()


def test_times(lab):
    """T1, T2, and what a client asks for, up to what it may have."""
    lab = serve(lab, conflict_probe="false", lease_time="100s",
                max_lease_time="200s", renew_time="30s", rebind_time="60s")
    raw = Raw(lab, lab.client, 1)

    def times(*options):
        """Lease, T1 and T2 of an offer."""
        _, got = raw.offered(*options)
        return [number_of(got[c]) for c in (51, 58, 59)]

    assert times() == [100, 30, 60]
    assert times(option(51, struct.pack("!I", 150))) == [150, 30, 60]
    assert times(option(51, b"\xff" * 4)) == [200, 30, 60]
    # none of both fits any more
    assert times(option(51, struct.pack("!I", 20))) == [20, 10, 17]


def test_two_lans(lab):
    """Each has its own pool, and its own limit of strangers' messages."""
    lab = lab(clients=2, start=False)
    lab.gateway.ip("link set c1 nomaster",
                   "address add 192.168.78.1/24 dev c1")
    lab.settings["lan"].append(
        {"interface": "c1", "address": "192.168.78.1/24"})
    lab.settings["dhcp"] = {
        "range": ["192.168.77.50-192.168.77.99",
                  "192.168.78.50-192.168.78.99"], "dns": "192.0.2.53",
        "lease-file": lab.path("leases"), "conflict-probe": "false",
        "rate-limit": "20"}
    lab.start()
    near = Raw(lab, lab.clients[0], 1)
    far = Raw(lab, lab.clients[1], 2, "192.168.78.1", "c1")
    assert near.bound()[0] == "192.168.77.50"
    for number in range(100, 300):
        packet = udp("0.0.0.0", "255.255.255.255", message(
            DISCOVER, mac(number), number), 68, 67)
        lab.clients[0].call("frame", interface="eth0", data=frame(
            mac(number), packet).decode("latin-1"))
    lab.until(lambda: lab.stat("dhcp-drop-rate") > 100)
    # the other LAN does not suffer for it
    drops = lab.stat("dhcp-drop-rate")
    address, got = far.bound()
    assert (address, got[3]) == ("192.168.78.50", aton("192.168.78.1"))
    assert lab.stat("dhcp-drop-rate") == drops
    # and who has a lease is no stranger
    near.hold("192.168.77.50")
    assert near.renew("192.168.77.50")[:2] == (ACK, "192.168.77.50")


def test_relayed_subnets(lab):
    """
    The relay's address says which subnet, and its option 82 may say another
    (RFC 3527), and what the client is to call the server (RFC 5107).
    """
    lab = serve(lab, conflict_probe="false", subnets={
        "10.2.0.0/24": {"range": "10.2.0.10-10.2.0.99", "lease-time": "2h",
                        "router": "10.2.0.1"},
        "172.16.0.0/16": {"range": "172.16.9.1-172.16.9.1",
                          "router": "172.16.0.1", "domain": "b.example"}})
    lab.client.ip("address add 192.168.77.2/24 dev eth0")
    lab.gateway.ip("route add 10.2.0.0/24 via 192.168.77.2",
                   "route add 172.16.0.0/16 via 192.168.77.2")
    lab.client.ip("address add 10.2.0.1/32 dev lo",
                  "address add 172.16.0.1/32 dev lo")

    def relayed(relay, kind, number, *options):
        """By the relay with this address: the answer's address and options."""
        body = bytearray(message(kind, mac(number), number, *options))
        body[24:28] = aton(relay)
        sock = lab.client.udp((relay, 67))
        sock.send(bytes(body), (GATEWAY, 67))
        data, source = sock.recvfrom()
        sock.close()
        assert source == (GATEWAY, 67) and data[24:28] == aton(relay)
        return socket.inet_ntoa(data[16:20]), options_of(data)

    address, got = relayed("10.2.0.1", DISCOVER, 1)
    assert (address, got[3]) == ("10.2.0.10", aton("10.2.0.1"))
    assert (number_of(got[51]), 15 in got) == (7200, False)
    address, got = relayed("172.16.0.1", DISCOVER, 1)
    assert (address, got[15]) == ("172.16.9.1", b"b.example")
    assert number_of(got[51]) == 3600
    # this pool is of one
    sock = lab.client.udp(("172.16.0.1", 67))
    body = bytearray(message(DISCOVER, mac(2), 2))
    body[24:28] = aton("172.16.0.1")
    sock.send(bytes(body), (GATEWAY, 67))
    lab.until(lambda: lab.stat("dhcp-drop-exhausted") == 1)
    sock.close()

    agent = b"\1\3abc" + b"\5\4" + aton("10.2.0.0") + b"\x0b\4" + \
        aton("172.16.0.1")
    address, got = relayed("172.16.0.1", DISCOVER, 3, option(82, agent))
    assert (address, got[54]) == ("10.2.0.11", aton("172.16.0.1"))
    assert got[82] == agent and list(got)[-1] == 82
    address, got = relayed(
        "172.16.0.1", REQUEST, 3, address_option(50, address),
        address_option(54, "172.16.0.1"), option(82, agent))
    assert (address, got[53]) == ("10.2.0.11", bytes([ACK]))
    # a refusal says it, too
    _, got = relayed("172.16.0.1", REQUEST, 3,
                     address_option(50, "192.168.77.60"), option(82, agent))
    assert got[53] == bytes([NAK]) and got[82] == agent

    # a relay of which nobody knows
    body[24:28] = aton("10.9.0.1")
    lab.client.udp(("10.2.0.1", 67)).send(bytes(body), (GATEWAY, 67))
    lab.until(lambda: lab.stat("dhcp-drop-no-subnet") == 1)

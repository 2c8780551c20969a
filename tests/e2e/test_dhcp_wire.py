# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes to port 67 and is no honest client; and relays"""

import random
import re
import socket
import struct

from craft import udp
from dhcp_client import Udhcpc, serve
from dhcp_driver import (ACK, DISCOVER, NAK, OFFER, REQUEST, message, option,
                         options_of)
from dhcp_raw import GATEWAY, Raw, frame, mac
from packets import ones_sum, transport_sum


def test_replies_without_an_address(lab):
    """To a MAC, without ARP, or to everybody if the client asks for that."""
    lab = serve(lab, conflict_probe="false")
    raw = Raw(lab, lab.client, 1)
    raw.discover()
    offer = raw.reply(OFFER)
    assert (offer.src, offer.dst) == (GATEWAY, "192.168.77.50")
    body = bytearray(message(DISCOVER, raw.mac, raw.xid))
    body[10] = 0x80
    raw.send(bytes(body))
    assert raw.reply(OFFER, 2).dst == "255.255.255.255"
    raw.send(message(REQUEST, raw.mac, raw.xid,
                     option(50, socket.inet_aton("192.168.77.50")),
                     option(54, socket.inet_aton(GATEWAY))))
    ack = raw.reply(ACK)
    for p in (offer, ack):
        assert ones_sum(p.data[:p.header]) == transport_sum(p) == 0xffff


def test_what_is_dropped(lab):
    """Broken, tagged, fragmented: counted or not ours, and never answered."""
    lab = serve(lab, conflict_probe="false")
    raw = Raw(lab, lab.client, 1)
    raw.discover(wrong=1)
    raw.discover(length=4)
    raw.discover(length=2000)
    lab.until(lambda: lab.stat("dhcp-bad-packet") == 3)
    raw.discover(tag=b"\x81\x00\x00\x05")   # VLAN 5
    rng = random.Random(1)
    count = 300
    for _ in range(count):
        body = bytearray(message(DISCOVER, raw.mac, raw.xid) + bytes(20))
        for _ in range(rng.randrange(1, 40)):
            body[rng.randrange(len(body))] = rng.randrange(256)
        raw.send(bytes(body[:rng.randrange(1, len(body))]))
    lab.until(lambda: lab.stat("dhcp-packets") >= count + 3)
    assert lab.stat("dhcp-packets") == count + 3, "not what was tagged"
    client = Udhcpc(lab, lab.client)
    client.run()
    client.wait("bound", timeout=40)


def test_starvation(lab):
    """
    Thousands of MACs want an address; who has one keeps it all the same, and
    the rest are told nothing more than the rate limit allows.
    """
    lab = serve(lab, clients=2, lease_time="1h", conflict_probe="false",
                rate_limit="50")
    client = Udhcpc(lab, lab.client)
    client.run()
    client.wait("bound")
    crowd = lab.clients[1]
    for number in range(2000):
        packet = udp("0.0.0.0", "255.255.255.255", message(
            DISCOVER, mac(number), number), 68, 67)
        crowd.call("frame", interface="eth0",
                   data=frame(mac(number), packet).decode("latin-1"))
        if number % 500 == 499:
            client.renew()
            client.wait("renew", number // 500 + 1)
    assert lab.stat("dhcp-drop-rate") > 0
    row, = lab.lapse("lease", "list", "192.168.77.50")
    assert row["state"] == "bound"


def test_a_relay(lab):
    """
    A relay asks for a network behind it: the answer goes to it, by routing,
    and is of that network; what it had to say is said back to it.
    """
    lab = serve(lab, conflict_probe="false", subnets={
        "10.2.0.0/24": {"range": "10.2.0.10-10.2.0.99",
                        "router": "10.2.0.1", "lease-time": "2h"}})
    lab.client.ip("address add 192.168.77.2/24 dev eth0",
                  "link add lo2 type bridge", "address add 10.2.0.1/24 dev "
                  "lo2", "link set lo2 up")
    lab.gateway.ip("route add 10.2.0.0/24 via 192.168.77.2")
    relay = lab.client.udp(("10.2.0.1", 67))

    def relayed(kind, *options):
        """A message as a relay sends it on."""
        body = bytearray(message(kind, mac(7), 7, *options,
                                 option(82, b"\x01\x04eth7")))
        body[24:28] = socket.inet_aton("10.2.0.1")
        body[3] = 1
        relay.send(bytes(body), (GATEWAY, 67))
        data, source = relay.recvfrom()
        assert source == (GATEWAY, 67)
        return data, options_of(data)

    data, options = relayed(DISCOVER)
    assert options[53][0] == OFFER
    assert data[16:20] == socket.inet_aton("10.2.0.10")
    assert options[3] == socket.inet_aton("10.2.0.1")
    assert options[82] == b"\x01\x04eth7"
    data, options = relayed(REQUEST, option(50, data[16:20]),
                            option(54, options[54]))
    assert options[53][0] == ACK
    assert struct.unpack("!I", options[51])[0] == 7200
    assert lab.one("lease", "list")["address"] == "10.2.0.10"
    data, options = relayed(
        REQUEST, option(50, socket.inet_aton("192.168.77.60")))
    assert options[53][0] == NAK and data[10] & 0x80


def test_port_67_is_taken(lab):
    """Another server is there already: said at the start, in one line."""
    lab = lab(start=False)
    other = lab.gateway.udp(("0.0.0.0", 67))
    lab.settings["dhcp"] = {"range": "192.168.77.50-192.168.77.99",
                            "dns": "192.0.2.53",
                            "lease-file": lab.path("leases")}
    lab.configure()
    done = lab.run_lapsed("-c", lab.path("lapse.yaml"))
    assert done.returncode == 4
    assert re.search("another DHCP server has port 67 of lan", done.stderr)
    other.close()


def test_faults(lab):
    """Begun, shown, and ended: by time, by id, all of them."""
    lab = serve(lab, conflict_probe="false")
    lab.clock("freeze")
    one = lab.one("fault", "dhcp-silent", "--for", "1m", "--client",
                  mac(1).hex(":"))
    assert (one["client"], one["ends-in"]) == (mac(1).hex(":"), 60)
    two = lab.one("fault", "dhcp-delay", "--value", "300ms")
    assert (two["value"], two["client"], two["ends-in"]) == (0.3, None, None)
    assert [f["id"] for f in lab.lapse("fault", "list")] == [
        one["id"], two["id"]]
    raw, other = Raw(lab, lab.client, 1), Raw(lab, lab.client, 2)
    raw.discover()
    other.discover()
    other.reply(OFFER)
    assert not raw.replies()
    assert lab.stat("dhcp-drop-fault") == 1
    lab.clock("advance", "1m")
    assert [f["id"] for f in lab.lapse("fault", "list")] == [two["id"]]
    raw.discover()
    raw.reply(OFFER)
    assert lab.one("fault", "clear")["cleared"] == 1
    names = [(e["event"], e["fault"]) for e in lab.lapse("events")
             if e["event"].startswith("fault-")]
    assert names == [("fault-started", "dhcp-silent"),
                     ("fault-started", "dhcp-delay"),
                     ("fault-ended", "dhcp-silent"),
                     ("fault-ended", "dhcp-delay")]
    for words in (["dhcp-loud"], ["dhcp-delay"], ["dhcp-nak", "--value", "1s"],
                  ["dhcp-nak", "--client", "x y"], []):
        assert lab.ask("fault", *words).returncode == 2, words


def test_nothing_leaves_by_the_wan(lab):
    """An answer to an address outside would show a private one there."""
    made = serve(lab)
    seen = made.record()
    raw, inform = Raw(made, made.client, 1), 8
    outside = (made.server_address, "198.51.100.99")
    for number, ciaddr in enumerate(outside, 1):
        raw.say(inform, ciaddr=ciaddr)
        made.until(lambda n=number: made.stat("dhcp-informs") >= n)
    made.gateway.run("ping", "-n", "-c", "1", made.server_address)
    assert [p for p in seen.packets() if p.dst == made.server_address]
    assert not [p for p in seen.packets() if p.src == raw.server]

# SPDX-License-Identifier: GPL-2.0-or-later
"""dhcp_raw - a DHCP client made of frames, that says what it is told"""

import socket
import struct

from craft import udp
from dhcp_driver import (ACK, DISCOVER, OFFER, REQUEST, message, option,
                         options_of)

GATEWAY = "192.168.77.1"
ALL = "255.255.255.255"
EVERYBODY = b"\xff" * 6


def frame(mac_address, packet, tag=b"", to=EVERYBODY):
    """An Ethernet frame, to everybody unless it is said to whom."""
    return to + mac_address + tag + b"\x08\x00" + packet


def mac(number):
    """A hardware address of nobody's."""
    return b"\x02\x00\x00\x02" + struct.pack("!H", number)


def link_address(host, link):
    """A hardware address; /sys has those of the host's own namespace."""
    words = host.run("ip", "-o", "link", "show", "dev", link).stdout.split()
    return words[words.index("link/ether") + 1]


def address_option(code, address):
    """An option of one address."""
    return option(code, socket.inet_aton(address))


def number_of(value):
    """The number in an option."""
    return int.from_bytes(value, "big")


class Raw:
    """A client made of frames."""

    def __init__(self, lab, host, number, server=GATEWAY, link="lan"):
        self.lab, self.host, self.mac = lab, host, mac(number)
        self.xid, self.server = number, server
        self.server_mac = bytes.fromhex(
            link_address(lab.gateway, link).replace(":", ""))
        self.seen = lab.record(host)

    def send(self, body, source="0.0.0.0", tag=b"", target=ALL, **how):
        """A message; `how` is craft.udp's."""
        packet = udp(source, target, body, 68, 67, **how)
        to = EVERYBODY if target == ALL else self.server_mac
        self.host.call("frame", interface="eth0", data=frame(
            self.mac, packet, tag, to).decode("latin-1"))

    def discover(self, *options, **how):
        """DHCPDISCOVER."""
        self.send(message(DISCOVER, self.mac, self.xid, *options), **how)

    def replies(self):
        """What the server has sent to it: type, and the message."""
        found = []
        for p in self.seen.packets(lambda p: p.sport == 67):
            if p.payload[4:8] == struct.pack("!I", self.xid) and \
                    p.payload[0] == 2:
                found.append((options_of(p.payload)[53][0], p))
        return found

    def reply(self, kind, count=1):
        """Wait for such a reply."""
        def there():
            found = [p for k, p in self.replies() if k == kind]
            return found if len(found) >= count else None
        return self.lab.until(there)[count - 1]

    # --- one message, one answer ---

    def say(self, kind, *options, ciaddr="0.0.0.0", target=ALL):
        """A message with a number of its own."""
        self.xid += 0x10000
        self.send(message(kind, self.mac, self.xid, *options, ciaddr=ciaddr),
                  source=ciaddr, target=target)

    def ask(self, kind, *options, **how):
        """The same; the type, address and options of the first answer."""
        self.say(kind, *options, **how)
        found, p = self.lab.until(self.replies)[0]
        return (found, socket.inet_ntoa(p.payload[16:20]),
                options_of(p.payload))

    def offered(self, *options):
        """DISCOVER; the address that is offered, and the options."""
        kind, address, got = self.ask(DISCOVER, *options)
        assert kind == OFFER
        return address, got

    def select(self, address, *options):
        """REQUEST what was offered; the answer."""
        return self.ask(REQUEST, address_option(50, address),
                        address_option(54, self.server), *options)

    def bound(self, *options):
        """All four messages; the address, and the options of the ACK."""
        offer, _ = self.offered(*options)
        kind, address, got = self.select(offer, *options)
        assert (kind, address) == (ACK, offer)
        return address, got

    def hold(self, address, bits=24):
        """Have the address, so that unicasts find their way here."""
        self.host.ip(f"address replace {address}/{bits} dev eth0")

    def renew(self, address):
        """REQUEST of RENEWING; the answer."""
        return self.ask(REQUEST, ciaddr=address, target=self.server)

    def rebind(self, address):
        """REQUEST of REBINDING; the answer."""
        return self.ask(REQUEST, ciaddr=address)

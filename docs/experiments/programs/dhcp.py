# SPDX-License-Identifier: GPL-2.0-or-later
"""dhcp - a DHCP client's messages (RFC 2131), for discover.py and lease.py"""

import os
import select
import socket
import time

DISCOVER, REQUEST = 1, 3
TYPES = {2: "offer", 5: "ack", 6: "nak"}
MAGIC = b"\x63\x82\x53\x63"
ANYWHERE = "255.255.255.255"


class Client:
    """A client of DHCP on eth0, with a socket and a transaction."""

    def __init__(self):
        with open("/sys/class/net/eth0/address", encoding="ascii") as f:
            self.mac = bytes.fromhex(f.read().strip().replace(":", ""))
        self.xid = os.urandom(4)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                             b"eth0")
        self.sock.bind(("", 68))

    def send(self, kind, to=ANYWHERE, ciaddr="0.0.0.0", **options):
        """A message, with options such as o50="192.168.77.2"."""
        flags = bytes(2) if ciaddr != "0.0.0.0" else b"\x80\0"
        data = (bytes([1, 1, 6, 0]) + self.xid + bytes(2) + flags +
                socket.inet_aton(ciaddr) + bytes(12) + self.mac +
                bytes(10 + 192) + MAGIC + bytes([53, 1, kind]))
        for name, address in options.items():
            data += bytes([int(name[1:]), 4]) + socket.inet_aton(address)
        self.sock.sendto((data + b"\xff").ljust(300, b"\0"), (to, 67))

    def discover(self):
        """Ask for offers."""
        self.send(DISCOVER)

    def take(self, offer):
        """Ask the server of an offer for what it offered."""
        self.send(REQUEST, o50=offer["address"], o54=offer["server"])

    def answer(self, patience):
        """The next answer to us; None if there is none within seconds."""
        end = time.monotonic() + patience
        while select.select([self.sock], [], [],
                            max(0, end - time.monotonic()))[0]:
            data = self.sock.recv(2048)
            if data[4:8] == self.xid:
                return parse(data)
        return None


def parse(data):
    """An answer: kind, address, server and times."""
    options, at = {}, 240
    while data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        options[data[at]] = data[at + 2:at + 2 + data[at + 1]]
        at += 2 + data[at + 1]

    def seconds(number):
        return int.from_bytes(options.get(number, b""), "big")

    return {"kind": TYPES.get(options[53][0], "?"),
            "address": socket.inet_ntoa(data[16:20]),
            "server": socket.inet_ntoa(options[54]),
            "lease": seconds(51), "t1": seconds(58), "t2": seconds(59)}

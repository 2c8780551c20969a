#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""discover - a DHCP client that shows what it is offered (RFC 2131)

usage: discover.py OFFERS

Waits for so many offers, takes the first, and prints each message that it got,
a JSON object a line.
"""

import json
import os
import socket
import sys

MAGIC = b"\x63\x82\x53\x63"
TYPES = {2: "offer", 5: "ack", 6: "nak"}
PATIENCE = 15


def message(kind, xid, mac, options=b""):
    """A broadcast from a client without an address."""
    return (bytes([1, 1, 6, 0]) + xid + bytes([0, 0, 0x80, 0]) + bytes(16) +
            mac + bytes(10 + 192) + MAGIC + bytes([53, 1, kind]) + options +
            b"\xff").ljust(300, b"\0")


def parse(data):
    """Kind, address, server and lease time of an answer."""
    options, at = {}, 240
    while data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        options[data[at]] = data[at + 2:at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    return {"kind": TYPES.get(options[53][0], "?"),
            "address": socket.inet_ntoa(data[16:20]),
            "server": socket.inet_ntoa(options[54]),
            "lease": int.from_bytes(options.get(51, b""), "big")}


def receive(sock, xid):
    """Our next answer, which is printed too."""
    while True:
        data = sock.recv(2048)
        if data[4:8] == xid:
            row = parse(data)
            print(json.dumps(row), flush=True)
            return row


def main():
    """Discover, offers, request, ack."""
    with open("/sys/class/net/eth0/address", encoding="ascii") as f:
        mac = bytes.fromhex(f.read().strip().replace(":", ""))
    xid = os.urandom(4)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        sock.bind(("", 68))
        to = ("255.255.255.255", 67)
        sock.sendto(message(1, xid, mac), to)
        offers = [receive(sock, xid) for _ in range(int(sys.argv[1]))]
        taken = offers[0]
        sock.sendto(message(3, xid, mac, b"\x32\4" +
                            socket.inet_aton(taken["address"]) + b"\x36\4" +
                            socket.inet_aton(taken["server"])), to)
        receive(sock, xid)


if __name__ == "__main__":
    main()

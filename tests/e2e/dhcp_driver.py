#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""dhcp_driver - a crowd of DHCP clients on one interface, as fast as it goes

Each has a MAC of its own and goes DISCOVER, REQUEST, then renews, releases or
comes back, by chance. What it was told in a DHCPACK it holds the server to:
nobody may be given an address that another holds.

Commands come as lines on stdin, answers as JSON lines on stdout: "pause" stops
the crowd and answers with what each holds, {MAC: address}; "go" lets it go on.
A broken promise is {"broken": TEXT}, at once.
"""

import json
import os
import random
import select
import socket
import struct
import sys
import time

from craft import udp

ETH_P_IP = 0x0800
DISCOVER, OFFER, REQUEST, ACK, NAK, RELEASE = 1, 2, 3, 5, 6, 7
COOKIE = b"\x63\x82\x53\x63"
PATIENCE = 0.3          # seconds until a client asks again


def option(code, value):
    """An option."""
    return bytes([code, len(value)]) + value


def message(kind, mac, xid, *options, ciaddr="0.0.0.0"):
    """A message from a client, from `op` on."""
    head = struct.pack("!BBBBIHH", 1, 1, 6, 0, xid, 0, 0)
    head += socket.inet_aton(ciaddr) + bytes(12) + mac + bytes(10 + 192)
    body = head + COOKIE + option(53, bytes([kind])) + b"".join(options)
    return body + b"\xff"


def options_of(data):
    """The options of a message, a dict."""
    found, at = {}, 240
    while at < len(data) and data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        size = data[at + 1]
        found[data[at]] = data[at + 2:at + 2 + size]
        at += 2 + size
    return found


def text(mac):
    """A MAC as lapse shows it."""
    return mac.hex(":")


class Client:
    """One of the crowd."""

    def __init__(self, crowd, number):
        self.crowd = crowd
        self.mac = b"\x02\x00\x00\x01" + struct.pack("!H", number)
        self.xid = number << 16
        self.state, self.due = "init", 0.0
        self.address = self.server = None

    def send(self, kind, *options, unicast=False, ciaddr="0.0.0.0"):
        """A message to the server."""
        body = message(kind, self.mac, self.xid, *options, ciaddr=ciaddr)
        target = socket.inet_ntoa(self.server) if unicast else \
            "255.255.255.255"
        link = self.crowd.server_mac if unicast else b"\xff" * 6
        self.crowd.sock.send(
            link + self.mac + struct.pack("!H", ETH_P_IP) +
            udp(ciaddr, target, body, 68, 67))

    def step(self, now):
        """Do what is next, or do it again."""
        self.due = now + PATIENCE
        self.xid = self.xid & ~0xffff | (self.xid + 1) & 0xffff
        if self.state == "bound":
            chance = random.random()
            if chance < 0.2:
                self.release()
                return
            if chance < 0.4:    # as if it had just been switched on
                self.state = "init"
            else:
                self.send(REQUEST, unicast=True, ciaddr=self.address)
                return
        if self.state == "init":
            self.send(DISCOVER)
        elif self.state == "offered":
            self.send(REQUEST, option(50, self.offer),
                      option(54, self.server))
            self.state = "init"

    def release(self):
        """Give it back; from now on it may be anybody's."""
        address, self.address = self.address, None
        self.crowd.holders.pop(address, None)
        self.send(RELEASE, option(54, self.server), unicast=True,
                  ciaddr=address)
        self.state = "init"

    def receive(self, data, now):
        """A message from the server."""
        found = options_of(data)
        kind = found.get(53, b"\0")[0]
        address = socket.inet_ntoa(data[16:20])
        if struct.unpack_from("!I", data, 4)[0] != self.xid:
            return
        if kind == OFFER:
            self.offer, self.server = data[16:20], found[54]
            self.state, self.due = "offered", now
        elif kind == ACK:
            self.acked(address)
            self.due = now + random.random() * 0.05
        elif kind == NAK:
            if self.address:
                self.crowd.broken(f"{text(self.mac)} holds {self.address} "
                                  "and was refused")
            self.state, self.due = "init", now

    def acked(self, address):
        """It has an address, and nobody else may have it."""
        self.crowd.acks += 1
        holder = self.crowd.holders.get(address)
        if holder and holder is not self:
            self.crowd.broken(f"{address} of {text(holder.mac)} was given to "
                              f"{text(self.mac)}")
        if self.address and self.address != address:
            self.crowd.broken(f"{text(self.mac)} holds {self.address} and "
                              f"was given {address}")
        self.crowd.holders[address] = self
        self.address, self.state = address, "bound"


class Crowd:
    """All of them."""

    def __init__(self, interface, count, server_mac):
        self.server_mac = server_mac
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                  socket.htons(ETH_P_IP))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.sock.bind((interface, ETH_P_IP))
        self.sock.setblocking(False)
        self.holders, self.acks = {}, 0
        self.clients = [Client(self, n) for n in range(1, count + 1)]
        self.by_mac = {c.mac: c for c in self.clients}

    def broken(self, what):
        """A promise was not kept."""
        say({"broken": what})

    def drain(self):
        """Take in what has come."""
        now = time.monotonic()
        while True:
            try:
                frame = self.sock.recv(2048)
            except BlockingIOError:
                return
            data = frame[42:]
            if len(data) < 240 or frame[36:38] != b"\0\x44" or data[0] != 2:
                continue
            client = self.by_mac.get(data[28:34])
            if client:
                client.receive(data, now)

    def run(self):
        """Until stdin ends."""
        paused = False
        while True:
            ready, _, _ = select.select([sys.stdin, self.sock], [], [], 0.005)
            self.drain()
            if sys.stdin in ready:
                line = sys.stdin.readline()
                if not line:
                    return
                paused = line.strip() == "pause"
                say({"acks": self.acks, "held": {
                    text(c.mac): c.address for c in self.clients
                    if c.address}})
            if paused:
                continue
            now = time.monotonic()
            for client in self.clients:
                if client.due <= now:
                    client.step(now)


def say(what):
    """A line for who has started us."""
    print(json.dumps(what), flush=True)


def main():
    """Arguments: interface, how many, the server's MAC."""
    random.seed(int(os.environ.get("SEED", "1")))
    Crowd(sys.argv[1], int(sys.argv[2]),
          bytes.fromhex(sys.argv[3].replace(":", ""))).run()


if __name__ == "__main__":
    main()

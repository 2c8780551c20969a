# SPDX-License-Identifier: GPL-2.0-or-later
"""packets - record, read and judge packets, with nothing but the library

A recording is a pcap file, and beside it a file NAME.offload with a byte for
each packet: 1 if its transport checksum was left to the hardware, so that the
field holds the pseudo header's sum only.
"""

import ipaddress
import os
import select
import socket
import struct
import threading
import time

ETH_P_ALL, ETH_P_IP = 0x0003, 0x0800
SOL_PACKET, PACKET_AUXDATA = 263, 8
TP_STATUS_CSUMNOTREADY = 8
ICMP, TCP, UDP = 1, 6, 17
ICMP_ERRORS = (3, 4, 5, 11, 12)
PRIVATE = [ipaddress.ip_network(n) for n in
           ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]


class Recorder:
    """Writes what an interface sends and receives, until it is closed."""

    def __init__(self, interface, path):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        for name in (33, socket.SO_RCVBUF):     # SO_RCVBUFFORCE may fail
            try:
                self.sock.setsockopt(socket.SOL_SOCKET, name, 32 << 20)
                break
            except PermissionError:
                continue
        self.count = 0
        self.idle = threading.Condition()
        self.quiet = 0
        self.file = open(path, "wb", buffering=0)
        self.offload = open(path + ".offload", "wb", buffering=0)
        self.file.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0,
                                    1 << 18, 1))
        self.sock.bind((interface, ETH_P_ALL))
        self.closing = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        """Record until close()."""
        poller = select.poll()
        poller.register(self.sock, select.POLLIN)
        while not self.closing:
            if poller.poll(10):
                self.one()
                continue
            with self.idle:
                self.quiet += 1
                self.idle.notify_all()

    def one(self):
        """Record a packet."""
        try:
            data, ancillary, _, _ = self.sock.recvmsg(1 << 18, 64)
        except OSError:         # the interface has gone down
            return
        status = 0
        for level, kind, value in ancillary:
            if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
                status, = struct.unpack_from("I", value)
        now = time.time_ns()
        self.file.write(struct.pack("=IIII", now // 10**9,
                                    now // 1000 % 10**6, len(data),
                                    len(data)) + data)
        self.offload.write(bytes([bool(status & TP_STATUS_CSUMNOTREADY)]))
        self.count += 1

    def settle(self):
        """Wait until all that is in the socket is in the file: its length."""
        with self.idle:
            # the first of these may have begun before the last packet came
            until = self.quiet + 2
            self.idle.wait_for(lambda: self.quiet >= until)
        return self.count

    def close(self):
        """End."""
        self.closing = True
        self.thread.join()
        self.sock.close()
        self.file.close()
        self.offload.close()


def ones_sum(data, start=0):
    """The one's complement sum of 16-bit words; 0xffff over a good packet."""
    if len(data) % 2:
        data += b"\0"
    total = start + sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


class Packet:
    """An IPv4 packet."""

    def __init__(self, data, offload=False, sender=b""):
        self.data = data
        self.sender = sender.hex(":")   # hardware address
        self.offload = offload
        self.header = (data[0] & 15) * 4
        self.length, self.id, fragment = struct.unpack_from("!HHH", data, 2)
        self.ttl, self.protocol = data[8], data[9]
        self.src = socket.inet_ntoa(data[12:16])
        self.dst = socket.inet_ntoa(data[16:20])
        self.df = bool(fragment & 0x4000)
        self.more = bool(fragment & 0x2000)
        self.offset = (fragment & 0x1fff) * 8
        self.body = data[self.header:self.length]
        self.sport = self.dport = self.flags = self.payload = None
        self.parse()

    def parse(self):
        """Ports, flags, payload."""
        if self.offset:
            return
        if self.protocol in (TCP, UDP) and len(self.body) >= 8:
            self.sport, self.dport = struct.unpack_from("!HH", self.body)
        if self.protocol == TCP and len(self.body) >= 20:
            self.flags = "".join(f for i, f in enumerate("FSRPA")
                                 if self.body[13] >> i & 1)
            self.payload = self.body[self.body[12] // 16 * 4:]
        elif self.protocol == UDP:
            self.payload = self.body[8:]

    def inner(self):
        """The packet that an ICMP error quotes, or None."""
        if self.protocol == ICMP and not self.offset and \
                len(self.body) >= 28 and self.body[0] in ICMP_ERRORS:
            return Packet(self.body[8:])
        return None

    def __str__(self):
        what = {TCP: f"tcp {self.sport} > {self.dport} [{self.flags}]",
                UDP: f"udp {self.sport} > {self.dport}"}.get(
                    self.protocol, f"protocol {self.protocol}")
        if self.protocol == ICMP and not self.offset:
            what = f"icmp {self.body[0]}/{self.body[1]}"
        return f"{self.src} > {self.dst} {what} length {self.length}"


def read(path):
    """The IPv4 packets of a recording."""
    with open(path, "rb") as f:
        data = f.read()
    offload = b""
    if os.path.exists(path + ".offload"):
        with open(path + ".offload", "rb") as f:
            offload = f.read()
    at, found, number = 24, [], 0
    while at + 16 <= len(data):
        size, = struct.unpack_from("=I", data, at + 8)
        frame = data[at + 16:at + 16 + size]
        if len(frame) < size:
            break
        if frame[12:14] == b"\x08\x00":
            found.append(Packet(frame[14:], number < len(offload) and
                                bool(offload[number]), frame[6:12]))
        at += 16 + size
        number += 1
    return found


def is_private(address):
    """Whether an address may not be seen outside."""
    return any(ipaddress.ip_address(address) in n for n in PRIVATE)


def transport_sum(packet):
    """The sum over a TCP or UDP packet, or what stands for it."""
    pseudo = ones_sum(packet.data[12:20] + struct.pack(
        "!HH", packet.protocol, len(packet.body)))
    if packet.offload:
        at = 16 if packet.protocol == TCP else 6
        field, = struct.unpack_from("!H", packet.body, at)
        return 0xffff if field == pseudo else field
    return ones_sum(packet.body, pseudo)


def leaks(packet):
    """Private addresses in a packet, as a list of words."""
    quoted = packet.inner()
    return [f"private address {a}"
            for one in [packet] + ([quoted] if quoted else [])
            for a in (one.src, one.dst) if is_private(a)]


def faults(packet):
    """What is wrong with a packet on the outside, as a list of words."""
    found = leaks(packet)
    quoted = packet.inner()
    if ones_sum(packet.data[:packet.header]) != 0xffff:
        found.append("IP checksum")
    if quoted and ones_sum(quoted.data[:quoted.header]) != 0xffff:
        found.append("quoted IP checksum")
    if packet.more or packet.offset:
        return found
    if packet.protocol == ICMP and ones_sum(packet.body) != 0xffff:
        found.append("ICMP checksum")
    unused = packet.protocol == UDP and packet.body[6:8] == b"\0\0"
    if packet.protocol in (TCP, UDP) and not unused and \
            transport_sum(packet) != 0xffff:
        found.append("TCP checksum" if packet.protocol == TCP
                     else "UDP checksum")
    return found


def check(found):
    """Assert that all these packets may be seen on the outside."""
    bad = [f"{p}: {', '.join(faults(p))}" for p in found if faults(p)]
    assert not bad, f"{len(bad)} bad packets:\n" + "\n".join(bad[:20])

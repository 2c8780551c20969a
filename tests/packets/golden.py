#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""golden - writes golden.h: packets as they go in and as they must come out

usage: golden.py > golden.h

Scapy makes both sides, so that no checksum of ours is in them. The engine of
test_golden.c preserves ports and forwards 198.51.100.1:8080 to
192.168.77.9:80 (TCP) and :5353 to :53 (UDP). All packets are atomic (DF), so
that their identification stays.
"""

import socket
import struct

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.packet import Raw
from scapy.utils import checksum

A, SERVER, FORWARDED, OUT = ("192.168.77.2", "203.0.113.7", "192.168.77.9",
                             "198.51.100.1")
FULL, PARTIAL, SEGMENTS = "GOLDEN_FULL", "GOLDEN_PARTIAL", "GOLDEN_SEGMENTS"
rows = []


def ip(src, dst, **fields):
    """An atomic IP header."""
    fields = {"flags": "DF", "id": 0x1234, "ttl": 61, "tos": 0xb9, **fields}
    return IP(src=src, dst=dst, **fields)


def pseudo_only(packet):
    """The same with the pseudo-header's sum in its checksum field."""
    packet = IP(bytes(packet))
    at = 16 if packet.proto == 6 else 6
    data = bytearray(bytes(packet))
    start = packet.ihl * 4
    head = (socket.inet_aton(packet.src) + socket.inet_aton(packet.dst) +
            struct.pack(">HH", packet.proto, len(data) - start))
    total = ~checksum(head) & 0xffff
    data[start + at:start + at + 2] = struct.pack(">H", total)
    return bytes(data)


def row(name, direction, before, after, mode=FULL):
    """One row of the table."""
    if mode != FULL:
        before = pseudo_only(before)
    if mode == SEGMENTS:
        after = pseudo_only(after)
    rows.append((name, direction, mode, bytes(before).hex(),
                 bytes(after).hex()))


def zero_sum(src, dst):
    """A UDP payload with which the checksum would be 0."""
    bare = ip(src, dst) / UDP(sport=5000, dport=53) / Raw(b"\0\0")
    return struct.pack(">H", IP(bytes(bare))[UDP].chksum)


def udp():
    """UDP, in every checksum mode."""
    ports = UDP(sport=5000, dport=53)
    back = UDP(sport=53, dport=5000)
    for n in (0, 1, 2, 37):
        load = bytes(range(n))
        row(f"udp out, {n} bytes", "OUTBOUND", ip(A, SERVER) / ports / load,
            ip(OUT, SERVER) / ports / load)
        row(f"udp in, {n} bytes", "INBOUND", ip(SERVER, OUT) / back / load,
            ip(SERVER, A) / back / load)
    load = b"fifteen bytes.."
    for mode in (PARTIAL, SEGMENTS):
        row(f"udp out, {mode}", "OUTBOUND", ip(A, SERVER) / ports / load,
            ip(OUT, SERVER) / ports / load, mode)
        row(f"udp in, {mode}", "INBOUND", ip(SERVER, OUT) / back / load,
            ip(SERVER, A) / back / load, mode)
    none = UDP(sport=5000, dport=53, chksum=0)
    row("udp out, no checksum", "OUTBOUND", ip(A, SERVER) / none / load,
        ip(OUT, SERVER) / none / load)
    load = zero_sum(OUT, SERVER)
    row("udp out, a sum of 0", "OUTBOUND", ip(A, SERVER) / ports / load,
        ip(OUT, SERVER) / ports / load)
    row("udp out, a sum of 0, partial", "OUTBOUND",
        ip(A, SERVER) / ports / load, ip(OUT, SERVER) / ports / load, PARTIAL)
    row("udp forward", "INBOUND",
        ip(SERVER, OUT) / UDP(sport=999, dport=5353) / b"abc",
        ip(SERVER, FORWARDED) / UDP(sport=999, dport=53) / b"abc")
    row("udp forward, answer", "OUTBOUND",
        ip(FORWARDED, SERVER) / UDP(sport=53, dport=999) / b"abcd",
        ip(OUT, SERVER) / UDP(sport=5353, dport=999) / b"abcd")


def tcp():
    """TCP, in every checksum mode."""
    opts = [("MSS", 1460), ("WScale", 7), ("Timestamp", (1, 0))]
    syn = TCP(sport=5000, dport=80, flags="S", seq=100, options=opts)
    row("tcp syn", "OUTBOUND", ip(A, SERVER) / syn, ip(OUT, SERVER) / syn)
    answer = TCP(sport=80, dport=5000, flags="SA", seq=7, ack=101)
    row("tcp syn ack", "INBOUND", ip(SERVER, OUT) / answer,
        ip(SERVER, A) / answer)
    data = TCP(sport=5000, dport=80, flags="PA", seq=101, ack=8)
    load = bytes(i & 255 for i in range(1601))
    # segments of TCP are cut with checksums of their own: full is right
    for mode in (FULL, PARTIAL):
        row(f"tcp data, {mode}", "OUTBOUND", ip(A, SERVER) / data / load,
            ip(OUT, SERVER) / data / load, mode)
    call = TCP(sport=999, dport=8080, flags="S", seq=1)
    inside = TCP(sport=999, dport=80, flags="S", seq=1)
    row("tcp forward", "INBOUND", ip(SERVER, OUT) / call,
        ip(SERVER, FORWARDED) / inside)
    row("tcp forward, answer", "OUTBOUND",
        ip(FORWARDED, SERVER) / TCP(sport=80, dport=999, flags="SA", ack=2),
        ip(OUT, SERVER) / TCP(sport=8080, dport=999, flags="SA", ack=2))


def icmp():
    """Queries, and errors with what they quote."""
    row("echo", "OUTBOUND", ip(A, SERVER) / ICMP(id=5000, seq=3) / b"ping!",
        ip(OUT, SERVER) / ICMP(id=5000, seq=3) / b"ping!")
    row("echo reply", "INBOUND",
        ip(SERVER, OUT) / ICMP(type=0, id=5000, seq=3) / b"ping!",
        ip(SERVER, A) / ICMP(type=0, id=5000, seq=3) / b"ping!")
    sent = bytes(ip(OUT, SERVER, ttl=1) / UDP(sport=5353, dport=999) / b"abcd")
    was = bytes(ip(FORWARDED, SERVER, ttl=1) / UDP(sport=53, dport=999) /
                b"abcd")
    for n in (28, 32):
        row(f"unreachable, quoting {n} bytes", "INBOUND",
            ip("192.0.2.1", OUT) / ICMP(type=3, code=1) / sent[:n],
            ip("192.0.2.1", FORWARDED) / ICMP(type=3, code=1) / was[:n])
    sent = bytes(ip(OUT, SERVER) / TCP(sport=8080, dport=999, flags="SA"))
    was = bytes(ip(FORWARDED, SERVER) / TCP(sport=80, dport=999, flags="SA"))
    for n in (28, 36, 38, 40):
        row(f"fragmentation needed, quoting {n} bytes", "INBOUND",
            ip("192.0.2.1", OUT) / ICMP(type=3, code=4, nexthopmtu=1400) /
            sent[:n],
            ip("192.0.2.1", FORWARDED) /
            ICMP(type=3, code=4, nexthopmtu=1400) / was[:n])
    came = bytes(ip(SERVER, FORWARDED) / TCP(sport=999, dport=80, flags="S"))
    shown = bytes(ip(SERVER, OUT) / TCP(sport=999, dport=8080, flags="S"))
    for n in (28, 40):
        row(f"time exceeded inside, quoting {n} bytes", "OUTBOUND",
            ip("10.9.8.7", SERVER) / ICMP(type=11) / came[:n],
            ip(OUT, SERVER) / ICMP(type=11) / shown[:n])
    came = bytes(ip(SERVER, A) / ICMP(type=0, id=5000, seq=3) / b"ping!")
    shown = bytes(ip(SERVER, OUT) / ICMP(type=0, id=5000, seq=3) / b"ping!")
    row("unreachable inside, about a reply", "OUTBOUND",
        ip(A, SERVER) / ICMP(type=3, code=2) / came,
        ip(OUT, SERVER) / ICMP(type=3, code=2) / shown)


def hairpin():
    """Both halves in one row."""
    row("hairpin", "HAIRPIN",
        ip(A, OUT) / TCP(sport=5000, dport=8080, flags="S", seq=5),
        ip(OUT, FORWARDED) / TCP(sport=5000, dport=80, flags="S", seq=5))
    row("hairpin, answer", "HAIRPIN",
        ip(FORWARDED, OUT) / TCP(sport=80, dport=5000, flags="SA", ack=6),
        ip(OUT, A) / TCP(sport=8080, dport=5000, flags="SA", ack=6))
    row("hairpin, partial", "HAIRPIN",
        ip(A, OUT) / UDP(sport=5000, dport=5353) / b"xyz",
        ip(OUT, FORWARDED) / UDP(sport=5000, dport=53) / b"xyz", PARTIAL)


def quote(text):
    """A C string, in pieces that fit the width."""
    pieces = [text[i:i + 60] for i in range(0, len(text), 60)]
    return "\n\t\t".join(f'"{p}"' for p in pieces)


def main():
    """Print the table."""
    for part in (udp, tcp, icmp, hairpin):
        part()
    print("/* SPDX-License-Identifier: GPL-2.0-or-later */\n"
          "/* golden - made by golden.py: do not edit */\n"
          "/* clang-format off */\n")
    for name, direction, mode, before, after in rows:
        print(f'{{\n\t"{name}", NAT_{direction}, {mode},\n'
              f"\t\t{quote(before)},\n\t\t{quote(after)},\n}},")


if __name__ == "__main__":
    main()

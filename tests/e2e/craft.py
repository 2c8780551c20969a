# SPDX-License-Identifier: GPL-2.0-or-later
"""craft - packets as no stack would send them, and some as it would"""

import struct

from packets import ICMP, TCP, UDP, ones_sum


def address(text):
    """Four bytes."""
    return bytes(map(int, text.split(".")))


def packet(src, dst, protocol, body, *, fragment=0, number=1, ttl=64,
           length=None, words=5, options=b""):
    """An IPv4 packet; its header's checksum is good whatever it says."""
    words += len(options) // 4
    if length is None:
        length = words * 4 + len(body)
    head = struct.pack("!BBHHHBBH", 0x40 | words, 0, length, number, fragment,
                       ttl, protocol, 0) + address(src) + address(dst)
    head += options
    total = ~ones_sum(head) & 0xffff
    return head[:10] + struct.pack("!H", total) + head[12:] + body


def summed(src, dst, protocol, body, at, wrong=0):
    """A transport header and data with their checksum at `at`."""
    pseudo = address(src) + address(dst) + struct.pack("!HH", protocol,
                                                       len(body))
    total = (~ones_sum(body, ones_sum(pseudo)) + wrong) & 0xffff
    return body[:at] + struct.pack("!H", total) + body[at + 2:]


def udp(src, dst, data=b"data", sport=1000, dport=2000, wrong=0, length=None):
    """A UDP packet; its checksum is off by `wrong`."""
    length = 8 + len(data) if length is None else length
    body = struct.pack("!HHHH", sport, dport, length, 0) + data
    return packet(src, dst, UDP, summed(src, dst, UDP, body, 6, wrong))


def tcp(src, dst, flags, data=b"", sport=1000, dport=2000, offset=5, seq=1,
        ack=0):
    """A TCP packet; flags are bits."""
    body = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, offset << 4,
                       flags, 1000, 0, 0) + data
    return packet(src, dst, TCP, summed(src, dst, TCP, body, 16))


def icmp(src, dst, kind, code, rest, wrong=0):
    """An ICMP packet; `rest` begins after the checksum."""
    body = bytes([kind, code, 0, 0]) + rest
    total = (~ones_sum(body) + wrong) & 0xffff
    return packet(src, dst, ICMP, body[:2] + struct.pack("!H", total)
                  + body[4:])


def error(src, dst, quoted, kind=3, code=1, wrong=0):
    """An ICMP error."""
    return icmp(src, dst, kind, code, bytes(4) + quoted, wrong)

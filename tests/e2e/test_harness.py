# SPDX-License-Identifier: GPL-2.0-or-later
"""The judge of packets sees what is wrong with them; nothing stays behind"""

import struct

import pytest

import lab as labs
from packets import Packet, check, faults, ones_sum


def packet(src, dst, protocol, body):
    """An IPv4 packet with a good header."""
    address = [bytes(map(int, a.split("."))) for a in (src, dst)]
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, 64,
                       protocol, 0) + address[0] + address[1]
    head = head[:10] + struct.pack("!H", ~ones_sum(head) & 0xffff) + head[12:]
    return head + body


def udp(src, dst, data=b"data", wrong=0):
    """A UDP packet; its checksum is off by `wrong`."""
    head = struct.pack("!HHHH", 1000, 2000, 8 + len(data), 0)
    raw = packet(src, dst, 17, head + data)
    pseudo = raw[12:20] + struct.pack("!HH", 17, 8 + len(data))
    total = (~ones_sum(pseudo + head + data) + wrong) & 0xffff
    return raw[:26] + struct.pack("!H", total) + raw[28:]


def error(src, dst, quoted, wrong=0):
    """An ICMP error."""
    body = bytes([3, 1, 0, 0, 0, 0, 0, 0]) + quoted
    total = (~ones_sum(body) + wrong) & 0xffff
    return packet(src, dst, 1, body[:2] + struct.pack("!H", total) + body[4:])


GOOD = udp("198.51.100.1", "198.51.100.7")
CASES = {
    "good": (GOOD, None),
    "odd length": (udp("198.51.100.1", "198.51.100.7", b"odd"), None),
    "private source": (udp("192.168.77.2", "198.51.100.7"), "private"),
    "private destination": (udp("198.51.100.7", "10.1.2.3"), "private"),
    "carrier-grade private": (udp("100.64.0.1", "198.51.100.7"), "private"),
    "checksum": (udp("198.51.100.1", "198.51.100.7", wrong=1), "UDP"),
    "header checksum": (GOOD[:8] + b"\x01" + GOOD[9:], "IP checksum"),
    "good error": (error("198.51.100.7", "198.51.100.1", GOOD), None),
    "error's checksum": (error("198.51.100.7", "198.51.100.1", GOOD, 1),
                         "ICMP"),
    "quoted private address": (
        error("198.51.100.1", "198.51.100.7",
              udp("198.51.100.7", "192.168.77.2")), "private"),
}


@pytest.mark.parametrize("name", CASES)
def test_judge(name):
    """Each fault is found, and nothing else."""
    raw, fault = CASES[name]
    found = faults(Packet(raw))
    if fault is None:
        assert not found
        check([Packet(raw)])
        return
    assert len(found) == 1 and fault in found[0]
    with pytest.raises(AssertionError):
        check([Packet(raw)])


def test_nothing_stays(tmp_path):
    """A lab that fails half-way takes all its processes along."""
    with pytest.raises(ZeroDivisionError):
        with labs.Lab(str(tmp_path / "keep")) as one:
            inodes = {h.inode for h in one.hosts}
            folder = one.dir
            one.client.start("sleep", "1000")
            assert len(labs.inhabitants(inodes)) >= 5
            raise ZeroDivisionError
    assert not labs.inhabitants(inodes)
    assert not (tmp_path / folder).exists()
    assert (tmp_path / "keep" / "lapsed.log").exists()

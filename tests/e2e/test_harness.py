# SPDX-License-Identifier: GPL-2.0-or-later
"""The judge of packets sees what is wrong with them; nothing stays behind"""

import pytest

import lab as labs
from craft import error, udp
from packets import Packet, check, faults


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
    "error's checksum": (error("198.51.100.7", "198.51.100.1", GOOD, wrong=1),
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
    held = []
    with pytest.raises(ZeroDivisionError):
        with labs.Lab(str(tmp_path / "keep")) as one:
            inodes = {h.inode for h in one.hosts}
            # else a lab of another worker may get their numbers
            held += [open(f"/proc/{h.proc.pid}/ns/net", "rb")
                     for h in one.hosts]
            folder = one.dir
            one.client.start("sleep", "1000")
            labs.poll(lambda: "sleep" in dict(
                labs.inhabitants(inodes)).values())
            raise ZeroDivisionError
    assert not labs.inhabitants(inodes)
    for namespace in held:
        namespace.close()
    assert not (tmp_path / folder).exists()
    assert (tmp_path / "keep" / "lapsed.log").exists()

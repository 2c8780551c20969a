# SPDX-License-Identifier: GPL-2.0-or-later
"""traceroute: the gateway is hop 1 by its inside address, and all answer"""

import re

import pytest

from lab import FAR, INSIDE, ROUTER

MODES = {"udp": [], "icmp": ["-I"], "tcp": ["-T", "-p", "80"]}


def hops(host, mode, to):
    """Run traceroute: the address of each hop."""
    done = host.run("traceroute", "-n", "-q", "1", "-w", "5", "-m", "5",
                    *MODES[mode], to)
    return re.findall(r"^ *\d+ +(\S+)", done.stdout, re.M)


@pytest.mark.parametrize("mode", MODES)
def test_near(lab, mode):
    """The server next door."""
    lab = lab()
    seen = lab.record()
    assert hops(lab.client, mode, lab.server_address) == \
        [INSIDE, lab.server_address]
    seen.check()


@pytest.mark.parametrize("mode", MODES)
def test_far(lab, mode):
    """A router in between: its ICMP error comes through the NAT."""
    lab = lab(router=True)
    seen = lab.record()
    assert hops(lab.client, mode, FAR) == [INSIDE, ROUTER, FAR]
    assert lab.stat("icmp-errors-translated") > 0
    seen.check()


def test_from_outside(lab):
    """Towards a client: what the gateway answers shows no private address."""
    lab = lab(router=True, filtering="eif")
    near = lab.client.udp(("0.0.0.0", 7000))
    far = lab.server.udp((FAR, 7000))
    near.send(b"hello", far.local)
    _, remote = far.recvfrom()
    seen = lab.record(lab.server)
    # TTL 2 ends at the gateway, after the destination has been rewritten
    far.option("recverr", 1)
    far.option("ttl", 2)
    far.send(b"to the gateway", remote)
    error = far.icmp()
    assert (error["type"], error["code"]) == (11, 0)
    assert error["from"] == "198.51.100.1"
    far.option("ttl", 3)
    far.send(b"to the client", remote)
    assert near.recv() == b"to the client"
    seen.check()

# SPDX-License-Identifier: GPL-2.0-or-later
"""Hairpinning: two clients that know each other's external endpoint only
(RFC 4787 REQ-9)"""

import pytest

from lab import INSIDE, OUTSIDE
from packets import faults


def outside(lab, client):
    """A client's UDP socket with an external endpoint, as STUN tells it."""
    stun = lab.server.udp((lab.server_address, 3478))
    sock = client.udp()
    sock.send(b"who am I?", stun.local)
    _, endpoint = stun.recvfrom()
    stun.close()
    return sock, endpoint


POOLS = ["interface", "198.51.100.20-198.51.100.23"]


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("offload", ["all", "none"])
@pytest.mark.parametrize("bridge", [False, True], ids=["", "bridge-netfilter"])
def test_udp(lab, pool, offload, bridge):
    """Each sees the other by its external endpoint, in both directions."""
    lab = lab(clients=2, hairpin="external", filtering="eif", mapping="eim",
              offload=offload,
              settings={"wan": {"interface": "wan", "pool": [pool]}})
    if not lab.bridge_netfilter(bridge) and bridge:
        pytest.skip("this kernel has no br_netfilter loaded")
    one, one_outside = outside(lab, lab.clients[0])
    two, two_outside = outside(lab, lab.clients[1])
    for size in (5, 1472, 4000):
        one.send(b"a" * size, two_outside)
        assert two.recvfrom() == (b"a" * size, one_outside)
        two.send(b"b" * size, one_outside)
        assert one.recvfrom() == (b"b" * size, two_outside)
    assert lab.stat("hairpin-translated") >= 6


def test_tcp(lab):
    """A connection to a forwarded port, from inside and from outside."""
    lab = lab(clients=2, hairpin="external", settings={"forwards": {"web": {
        "protocol": "tcp", "external-port": "8080",
        "internal": "192.168.77.3:80"}}})
    listener = lab.clients[1].listen(80)
    for caller in (lab.clients[0], lab.server):
        near = caller.connect((OUTSIDE, 8080))
        far = listener.accept()
        # the caller inside is seen by its external endpoint, too
        expected = OUTSIDE if caller is not lab.server else lab.server_address
        assert far.remote[0] == expected
        drained = far.drain(1 << 20)
        assert near.pump(1 << 20).result() == drained.result()
        drained = near.drain(1 << 20)
        assert far.pump(1 << 20, 2).result() == drained.result()


def test_oneself(lab):
    """A client that talks to its own external endpoint."""
    lab = lab(hairpin="external", filtering="eif", mapping="eim")
    sock, endpoint = outside(lab, lab.client)
    sock.send(b"echo", endpoint)
    assert sock.recvfrom() == (b"echo", endpoint)


@pytest.mark.parametrize("pool", POOLS)
def test_ttl(lab, pool):
    """Where it ends at the gateway, the error shows what was sent."""
    lab = lab(clients=2, hairpin="external", filtering="eif", mapping="eim",
              settings={"wan": {"interface": "wan", "pool": [pool]}})
    one, _ = outside(lab, lab.clients[0])
    two, two_outside = outside(lab, lab.clients[1])
    seen = lab.record(lab.clients[0])
    one.option("recverr", 1)
    one.option("ttl", 1)
    one.send(b"to the gateway", two_outside)
    error = one.icmp()
    assert (error["type"], error["code"]) == (11, 0)
    assert error["from"] == INSIDE
    found, = lab.until(lambda: seen.packets(lambda p: p.inner()))
    inner = found.inner()
    assert (inner.dst, inner.dport) == two_outside
    assert (inner.src, inner.sport) == (lab.client.address, one.local[1])
    assert not [f for f in faults(found) if "checksum" in f]
    one.option("ttl", 2)
    one.send(b"to the client", two_outside)
    assert two.recv() == b"to the client"


def test_off(lab):
    """Switched off, it is a counted drop."""
    lab = lab(clients=2, hairpin="off", filtering="eif", mapping="eim")
    one, _ = outside(lab, lab.clients[0])
    two, two_outside = outside(lab, lab.clients[1])
    one.send(b"hello", two_outside)
    lab.until(lambda: lab.stat("drop-hairpin-off") == 1)
    assert two.silent()


def test_no_redirects(lab):
    """The kernel does not tell clients to talk to each other directly."""
    lab = lab(clients=2, hairpin="external", filtering="eif", mapping="eim")
    seen = lab.record(lab.clients[0])
    one, _ = outside(lab, lab.clients[0])
    two, two_outside = outside(lab, lab.clients[1])
    for _ in range(5):
        one.send(b"hello", two_outside)
        assert two.recv() == b"hello"
    assert not seen.packets(lambda p: p.protocol == 1)

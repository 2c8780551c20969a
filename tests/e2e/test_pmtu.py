# SPDX-License-Identifier: GPL-2.0-or-later
"""Path MTU discovery: whoever cannot forward a packet is heard inside"""

import errno

import pytest

from lab import FAR, INSIDE, OUTSIDE, ROUTER

DO = 2                  # IP_PMTUDISC_DO: DF, and the kernel minds what it hears
SIZE = 1 << 20


def discover(lab, near, far, mtu, by):
    """Send datagrams with DF until they fit; who said so must be `by`."""
    near.option("mtu-discover", DO)
    near.option("recverr", 1)
    near.send(b"x" * (1500 - 28))
    error = near.icmp()
    assert (error["type"], error["code"]) == (3, 4)
    assert error["info"] == mtu and error["from"] == by
    with pytest.raises(OSError) as refusal:
        near.send(b"x" * (mtu - 28 + 1))
    assert refusal.value.errno == errno.EMSGSIZE
    near.send(b"x" * (mtu - 28))
    assert far.recv() == b"x" * (mtu - 28)


@pytest.mark.parametrize("gso", [True, False], ids=["gso", "no-gso"])
def test_small_wan(lab, gso):
    """The WAN takes 1400 bytes: the gateway says so, TCP adapts."""
    lab = lab(wan_mtu=1400, settings={"queue": {"gso": gso}})
    seen = lab.record()
    near, far = lab.tcp()
    drained = far.drain(SIZE)
    assert near.pump(SIZE).result() == drained.result()
    drained = near.drain(SIZE)
    assert far.pump(SIZE).result() == drained.result()
    seen.check()
    assert near.state()["mss"] <= 1400 - 40


def test_small_wan_udp(lab):
    """The same for a datagram with DF."""
    lab = lab(wan_mtu=1400)
    far = lab.server.udp((lab.server_address, 6000))
    near = lab.client.udp(remote=far.local)
    discover(lab, near, far, 1400, INSIDE)


def narrow(lab, mtu):
    """Make the link behind the router narrow."""
    lab.router.ip(f"link set eth1 mtu {mtu}")
    lab.server.ip(f"link set eth0 mtu {mtu}")


def test_small_link_far_away(lab):
    """A router outside says so, through the NAT, to the very socket."""
    lab = lab(router=True)
    narrow(lab, 1300)
    seen = lab.record()
    far = lab.server.udp((FAR, 6000))
    near = lab.client.udp(remote=far.local)
    discover(lab, near, far, 1300, ROUTER)
    assert lab.stat("icmp-errors-translated") >= 1
    seen.check()


@pytest.mark.parametrize("gso", [True, False], ids=["gso", "no-gso"])
def test_small_link_far_away_tcp(lab, gso):
    """And TCP adapts, although the server has promised to take more."""
    lab = lab(router=True, settings={"queue": {"gso": gso}})
    near, far = lab.tcp()
    narrow(lab, 1300)
    seen = lab.record()
    drained = far.drain(SIZE)
    assert near.pump(SIZE).result() == drained.result()
    assert near.state()["mss"] <= 1300 - 40
    assert lab.stat("icmp-errors-translated") >= 1
    seen.check()


def test_small_lan(lab):
    """
    The narrow link is inside: what the gateway's own kernel then tells the
    server quotes a packet that was rewritten already.
    """
    lab = lab()
    lab.gateway.ip("link set lan mtu 1300")
    seen = lab.record()
    near, far = lab.tcp()
    drained = near.drain(SIZE)
    assert far.pump(SIZE).result() == drained.result()
    found = seen.check()
    errors = [p for p in found if p.inner()]
    assert errors, "the gateway has not complained"
    for error in errors:
        assert (error.src, error.body[0], error.body[1]) == (OUTSIDE, 3, 4)
        assert error.inner().dst == OUTSIDE
        assert error.inner().dport == far.remote[1]

# SPDX-License-Identifier: GPL-2.0-or-later
"""A gateway on which connection tracking is active all the same

A rule with `-m conntrack` makes the kernel reassemble fragments before the
queue sees them, and lets it keep a state of its own.
"""

import pytest


@pytest.fixture(params=["before", "after"])
def tracked(lab, request):
    """A lab with such a rule, made before or after lapsed's own."""
    one = lab(start=request.param == "after")
    rule = ["iptables", "-w", "-A", "FORWARD", "-m", "conntrack",
            "--ctstate", "INVALID", "-j", "ACCEPT"]
    one.gateway.run(*rule)
    if request.param == "before":
        one.start()
    return one


def test_tcp(tracked):
    """A transfer in both directions."""
    near, far = tracked.tcp()
    for source, sink in ((near, far), (far, near)):
        drained = sink.drain(4 << 20)
        assert source.pump(4 << 20).result() == drained.result()


def test_udp_and_fragments(tracked):
    """Datagrams whole and cut."""
    seen = tracked.record()
    far = tracked.server.udp((tracked.server_address, 6000)).echo()
    near = tracked.client.udp(remote=far.local)
    for size in (100, 1472, 1473, 9000, 60000):
        near.send(b"x" * size)
        assert near.recv() == b"x" * size
    seen.check()


def test_ping(tracked):
    """Queries, and an ICMP error."""
    seen = tracked.record()
    tracked.client.run("ping", "-n", "-c", "2", "-i", "0.05", "-s", "4000",
                       tracked.server_address)
    near = tracked.client.udp(remote=(tracked.server_address, 6999))
    near.option("recverr", 1)
    near.send(b"anyone?")
    assert near.icmp()["type"] == 3
    seen.check()


def test_lapsed_all_the_same(tracked):
    """What has lapsed for us does not live on in the kernel's table."""
    far = tracked.server.udp((tracked.server_address, 6000))
    near = tracked.client.udp(remote=far.local)
    near.send(b"hello")
    _, remote = far.recvfrom()
    far.send(b"welcome", remote)
    assert near.recv() == b"welcome"
    tracked.clock("advance", "1h")
    assert not tracked.sessions()
    far.send(b"too late", remote)
    assert near.silent()
    near.send(b"again")
    assert far.recvfrom()[1] != remote

# SPDX-License-Identifier: GPL-2.0-or-later
"""A LAN that is a bridge for which the kernel calls the rules too

Where br_netfilter is loaded (Docker does it), what a bridge forwards meets
PREROUTING before it is even routed.
"""

import pytest


@pytest.fixture
def bridged(lab):
    """Two clients behind such a bridge."""
    one = lab(clients=2)
    if not one.bridge_netfilter(True):
        pytest.skip("this kernel has no br_netfilter loaded")
    return one


def test_through_the_nat(bridged):
    """TCP, fragments and ping."""
    seen = bridged.record()
    near, far = bridged.tcp()
    for source, sink in ((near, far), (far, near)):
        drained = sink.drain(1 << 20)
        assert source.pump(1 << 20).result() == drained.result()
    echo = bridged.server.udp((bridged.server_address, 6000)).echo()
    sock = bridged.client.udp(remote=echo.local)
    for size in (100, 4000, 20000):
        sock.send(b"x" * size)
        assert sock.recv() == b"x" * size
    bridged.client.run("ping", "-n", "-c", "1", "-s", "4000",
                       bridged.server_address)
    seen.check()


def test_from_client_to_client(bridged):
    """What stays inside is not translated."""
    one, two = bridged.clients
    listener = two.listen(80)
    near = one.connect((two.address, 80))
    far = listener.accept()
    assert far.remote == (one.address, near.local[1])
    drained = far.drain(1 << 20)
    assert near.pump(1 << 20).result() == drained.result()
    assert not bridged.sessions()

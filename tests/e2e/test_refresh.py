# SPDX-License-Identifier: GPL-2.0-or-later
"""refresh: whose packets renew a timer (RFC 4787 REQ-6)"""

import pytest

# setting -> whether outbound, inbound packets keep a flow alive
REFRESH = {"outbound": (True, False), "inbound": (False, True),
           "both": (True, True), "none": (False, False)}


def flow(lab):
    """A UDP flow, answered once: the two sockets, and the client outside."""
    far = lab.server.udp((lab.server_address, 6000))
    near = lab.client.udp(remote=far.local)
    near.send(b"hello")
    _, remote = far.recvfrom()
    far.send(b"welcome", remote)
    assert near.recv() == b"welcome"
    return near, far, remote


@pytest.mark.parametrize("direction", ["outbound", "inbound"])
@pytest.mark.parametrize("setting", REFRESH)
def test_udp(lab, setting, direction):
    """Packets of one direction, and whether the session outlives its timer.
    """
    lab = lab(refresh=setting, udp_timeout="100s", udp_initial_timeout="100s")
    lab.clock("freeze")
    near, far, remote = flow(lab)
    lab.clock("advance", "60s")
    if direction == "outbound":
        near.send(b"beat")
        assert far.recv() == b"beat"
    else:
        far.send(b"beat", remote)
        assert near.recv() == b"beat"
    lives = REFRESH[setting][direction == "inbound"]
    assert lab.session()["expires-in"] == (100 if lives else 40)
    lab.clock("advance", "60s")
    assert len(lab.sessions()) == lives
    far.send(b"still there?", remote)
    assert near.silent() != lives


def test_tcp_acknowledgements_count(lab):
    """What the server sends is acknowledged outbound, which renews."""
    lab = lab(refresh="outbound", tcp_idle_timeout="100s")
    lab.clock("freeze")
    near, far = lab.tcp()
    for _ in range(5):
        lab.settle(near, far)
        lab.clock("advance", "99s")
        far.send(b"push")
        assert near.recv() == b"push"
    lab.settle(far)
    lab.until(lambda: lab.session()["expires-in"] == 100)


def test_stray_packets_do_not_count(lab):
    """What the filter refuses renews nothing."""
    lab = lab(refresh="both", udp_timeout="100s", filtering="apdf")
    lab.clock("freeze")
    _, _, remote = flow(lab)
    lab.clock("advance", "60s")
    lab.server.udp((lab.server_address, 6001)).send(b"let me in", remote)
    lab.until(lambda: lab.stat("drop-filtered") == 1)
    assert lab.session()["expires-in"] == 40

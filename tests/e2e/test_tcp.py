# SPDX-License-Identifier: GPL-2.0-or-later
"""TCP through the NAT: every byte arrives, and every packet outside is good"""

import os

import pytest

MEGA = 1 << 20
# under valgrind a packet takes milliseconds
SIZE = (4 if os.environ.get("LAPSE_VALGRIND") else 64) * MEGA


def transfer(source, sink, size, seed):
    """Send bytes and take them in at once; their two digests."""
    drained = sink.drain(size)
    pumped = source.pump(size, seed)
    return pumped.result(300), drained.result(300)


@pytest.mark.parametrize("gso", [True, False], ids=["gso", "no-gso"])
def test_64_megabytes(lab, gso):
    """64 MB in each direction, with and without superpackets."""
    lab = lab(settings={"queue": {"gso": gso}})
    near, far = lab.tcp()
    sent, received = transfer(near, far, SIZE, 1)
    assert sent == received
    sent, received = transfer(far, near, SIZE, 2)
    assert sent == received
    session = lab.session("protocol=tcp")
    assert session["bytes-out"] > SIZE and session["bytes-in"] > SIZE
    assert lab.stat("queue-malformed") == lab.stat("queue-truncated") == 0


@pytest.mark.parametrize("gso", [True, False], ids=["gso", "no-gso"])
@pytest.mark.parametrize("offload", ["all", "hosts", "none"])
def test_packets_outside(lab, gso, offload):
    """
    Checksums hold, whoever has to compute them: the client, lapsed, or the
    gateway's kernel when it cuts superpackets for a link that cannot.
    """
    lab = lab(offload=offload, settings={"queue": {"gso": gso}})
    seen = lab.record()
    near, far = lab.tcp()
    sent, received = transfer(near, far, MEGA, 1)
    assert sent == received
    sent, received = transfer(far, near, MEGA, 2)
    assert sent == received
    near.close()
    assert far.recv() == b""
    far.close()
    found = seen.check()
    ours = [p for p in found if p.src == "198.51.100.1"]
    assert sum(len(p.payload) for p in ours) >= MEGA
    assert not any(p.offload for p in ours if p.length <= 1500), \
        "lapsed left a checksum undone"
    if gso and offload == "all":
        assert any(p.length > 1500 for p in ours), "no superpacket was tried"
    if offload == "hosts":
        assert all(p.length <= 1500 for p in ours)


def test_both_directions_at_once(lab):
    """Several connections, each busy both ways."""
    lab = lab()
    listener = lab.server.listen(5000)
    pairs = []
    for _ in range(4):
        near = lab.client.connect((lab.server_address, 5000))
        pairs.append((near, listener.accept()))
    jobs = []
    for number, (near, far) in enumerate(pairs):
        jobs.append((near.pump(4 * MEGA, number), far.drain(4 * MEGA)))
        jobs.append((far.pump(4 * MEGA, -number), near.drain(4 * MEGA)))
    for pumped, drained in jobs:
        assert pumped.result() == drained.result()


def test_close(lab):
    """A closed connection lapses by the timer of closed connections."""
    lab = lab(tcp_trans_close_timeout="30s")
    lab.clock("freeze")
    near, far = lab.tcp()
    near.send(b"last words")
    assert far.recv() == b"last words"
    near.shutdown()
    assert far.recv() == b""
    far.send(b"goodbye")
    assert near.recv() == b"goodbye"
    assert lab.session()["expires-in"] > 7000, "half closed is still open"
    far.close()
    assert near.recv() == b""
    near.close()
    lab.until(lambda: lab.session()["expires-in"] == 30, "both FINs")
    lab.clock("advance", "29.999s")
    assert lab.sessions()
    assert lab.clock("advance", "1ms")["expired"] == 1
    assert not lab.sessions()


def test_reset_by_the_server(lab):
    """A RST reaches the client, and puts the session under its timer."""
    lab = lab(tcp_rst_timeout="10s")
    lab.clock("freeze")
    near, far = lab.tcp()
    far.close(reset=True)
    with pytest.raises(ConnectionResetError):
        near.recv()
    assert lab.session()["expires-in"] == 10
    lab.clock("advance", "10s")
    assert not lab.sessions()


def test_refused(lab):
    """Nobody listens: the server's RST is an ECONNREFUSED."""
    lab = lab()
    with pytest.raises(ConnectionRefusedError):
        lab.client.connect((lab.server_address, 4999))


def test_connect_from_outside(lab):
    """Nobody outside reaches a client, not even by a mapping's port."""
    lab = lab(filtering="apdf")
    near, far = lab.tcp()
    with pytest.raises(TimeoutError):
        lab.server.connect(far.remote, timeout=0.5)
    assert lab.stat("drop-filtered") + lab.stat("drop-no-session") > 0
    near.send(b"unharmed")
    assert far.recv() == b"unharmed"

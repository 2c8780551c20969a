# SPDX-License-Identifier: GPL-2.0-or-later
"""UDP through the NAT: datagrams of every size, both ways; what is refused"""

import pytest

from lab import OUTSIDE, SERVER2


def flow(lab, port=6000):
    """A server's socket, a client's, and one datagram exchanged."""
    far = lab.server.udp((lab.server_address, port))
    near = lab.client.udp(remote=far.local)
    near.send(b"hello")
    data, remote = far.recvfrom()
    assert data == b"hello" and remote[0] == OUTSIDE
    far.send(b"welcome", remote)
    assert near.recv() == b"welcome"
    return near, far, remote


@pytest.mark.parametrize("offload", ["all", "none"])
def test_sizes(lab, offload):
    """From nothing to the largest that needs no fragments."""
    lab = lab(offload=offload)
    seen = lab.record()
    near, far, remote = flow(lab)
    for size in (0, 1, 2, 7, 8, 511, 1200, 1471, 1472):
        data = bytes(n * 7 % 256 for n in range(size))
        near.send(data)
        assert far.recvfrom() == (data, remote)
        far.send(data, remote)
        assert near.recv() == data
    seen.check()


def test_fragments(lab):
    """Datagrams that the sender has to cut."""
    lab = lab()
    seen = lab.record()
    near, far, remote = flow(lab)
    for size in (1473, 4000, 20000, 60000):
        data = bytes(n * 11 % 256 for n in range(size))
        near.send(data)
        assert far.recvfrom() == (data, remote)
        far.send(data, remote)
        assert near.recv() == data
    seen.check()


@pytest.mark.parametrize("gso", [True, False], ids=["gso", "no-gso"])
@pytest.mark.parametrize("offload", ["all", "hosts", "none"])
def test_superpackets(lab, gso, offload):
    """Segments cut by the kernel (UDP_SEGMENT), as QUIC stacks send them."""
    lab = lab(offload=offload, settings={"queue": {"gso": gso}})
    seen = lab.record()
    near, far, remote = flow(lab)
    near.option("segment", 1200)
    data = bytes(n * 13 % 256 for n in range(8 * 1200 + 100))
    near.send(data)
    got = [far.recvfrom() for _ in range(9)]
    assert b"".join(d for d, _ in got) == data
    assert {r for _, r in got} == {remote}
    seen.check()


def test_no_checksum(lab):
    """A sender may do without; the NAT invents none."""
    lab = lab()
    near, far, remote = flow(lab)
    near.option("no-check", 1)
    seen = lab.record()
    near.send(b"unprotected")
    assert far.recvfrom() == (b"unprotected", remote)
    packet, = seen.packets(lambda p: p.payload == b"unprotected")
    assert packet.body[6:8] == b"\0\0"
    seen.check()


def test_port_unreachable(lab):
    """The server's ICMP error comes to the socket that it is about."""
    lab = lab()
    seen = lab.record()
    near = lab.client.udp(remote=(lab.server_address, 6999))
    near.option("recverr", 1)
    near.send(b"anyone?")
    error = near.icmp()
    assert (error["type"], error["code"]) == (3, 3)
    assert error["errno"] == "ECONNREFUSED"
    assert error["from"] == lab.server_address
    assert lab.stat("icmp-errors-translated") == 1
    seen.check()


def test_filtering(lab):
    """Address- and port-dependent filtering lets in only who was asked."""
    lab = lab(filtering="apdf")
    near, far, remote = flow(lab)
    lab.server.udp((lab.server_address, 6001)).send(b"other port", remote)
    lab.server.udp((SERVER2, 6000)).send(b"other address", remote)
    lab.until(lambda: lab.stat("drop-filtered") == 2)
    far.send(b"asked", remote)
    assert near.recv() == b"asked"
    assert near.silent()


def test_open_filter(lab):
    """With endpoint-independent filtering anybody may call."""
    lab = lab(filtering="eif")
    far = lab.server.udp((lab.server_address, 6000))
    near = lab.client.udp()
    near.send(b"hello", far.local)
    _, remote = far.recvfrom()
    stranger = lab.server.udp((SERVER2, 7777))
    stranger.send(b"I was told of you", remote)
    assert near.recvfrom() == (b"I was told of you", (SERVER2, 7777))


def test_mapping(lab):
    """One external endpoint for every destination (EIM), or one for each."""
    lab = lab(mapping="eim")
    other = lab.server.udp((SERVER2, 6000))
    far = lab.server.udp((lab.server_address, 6000))
    near = lab.client.udp()
    near.send(b"a", far.local)
    near.send(b"b", other.local)
    assert far.recvfrom()[1] == other.recvfrom()[1]
    assert len(lab.lapse("mappings")) == 1 and len(lab.sessions()) == 2


def test_mapping_by_endpoint(lab):
    """The same with APDM: a carrier's symmetric NAT."""
    lab = lab(mapping="apdm")
    other = lab.server.udp((SERVER2, 6000))
    far = lab.server.udp((lab.server_address, 6000))
    near = lab.client.udp()
    near.send(b"a", far.local)
    near.send(b"b", other.local)
    assert far.recvfrom()[1] != other.recvfrom()[1]
    assert len(lab.lapse("mappings")) == 2

# SPDX-License-Identifier: GPL-2.0-or-later
"""What a client meets when ports, addresses, sessions or its share of them are
used up; and that nobody else meets anything"""

import errno

import pytest

from lab import OUTSIDE, SERVER

POOL = ["198.51.100.20-198.51.100.22"]      # not the gateway's own
PORTS = 4
ANSWERS = {"icmp-host": 1, "icmp-prohibited": 13}


def wan(ports=PORTS, **more):
    """Settings with few external ports."""
    return {"wan": dict({"interface": "wan",
                         "port-range": f"20000-{20000 + ports - 1}"}, **more)}


def number(lab):
    """The number of the last event."""
    return lab.one("status")["events"]


def told(lab, event, after, reason=None):
    """An event that happened after that number, or is about to."""
    why = ["--reason", reason] if reason else []
    return lab.one("wait", event, *why, "--after", after, "--timeout", "10s")


def chat(near, far):
    """Data in both directions."""
    near.send(b"to the other")
    assert far.recv() == b"to the other"
    far.send(b"and back")
    assert near.recv() == b"and back"


def query(lab, client=None, remote=(SERVER, 6000)):
    """A UDP socket of a client that has sent one datagram."""
    sock = (client or lab.client).udp(remote=remote)
    sock.option("recverr", 1)
    sock.send(b"?")
    return sock


def flow(lab, far, client=None):
    """A UDP flow in both directions, and the external endpoint."""
    near = query(lab, client, far.local)
    data, remote = far.recvfrom()
    assert data == b"?"
    far.send(b"!", remote)
    assert near.recv() == b"!"
    return near, remote


def refused(lab, client=None, answer="icmp-host"):
    """A new flow of a client gets the answer that was set, over UDP and TCP."""
    sock = query(lab, client)
    if answer == "drop":
        assert sock.silent()
        with pytest.raises(TimeoutError) as error:
            (client or lab.client).connect((SERVER, 5999), timeout=0.5)
        assert not error.value.errno
        return
    reply = sock.icmp()
    assert (reply["type"], reply["code"]) == (3, ANSWERS[answer])
    assert reply["errno"] == "EHOSTUNREACH"
    with pytest.raises(OSError) as error:
        (client or lab.client).connect((SERVER, 5999))
    assert error.value.errno == errno.EHOSTUNREACH


# --- ports ---

@pytest.mark.parametrize("answer", [*ANSWERS, "drop"])
def test_ports(lab, answer):
    """No port is left: the answer that was set, and all else lives on."""
    lab = lab(on_exhaustion=answer, hold_down_timeout="0s", settings=wan())
    pairs = [lab.tcp(5000 + n) for n in range(PORTS)]
    far = lab.server.udp((SERVER, 6000))
    flows = [flow(lab, far) for _ in range(PORTS)]
    assert {f.remote[1] for _, f in pairs} == \
        {remote[1] for _, remote in flows} == set(range(20000, 20000 + PORTS))

    after = number(lab)
    refused(lab, answer=answer)
    assert told(lab, "ports-exhausted", after)["internal"].startswith(
        lab.client.address)
    assert lab.stat("drop-ports-exhausted") >= 2
    assert lab.stat("icmp-sent") == (0 if answer == "drop" else 2)

    for pair in pairs:
        chat(*pair)
    for near, remote in flows:
        far.send(b"still there", remote)
        assert near.recv() == b"still there"

    # one gone, one more
    lab.lapse("kill", "protocol=tcp", f"external={OUTSIDE}:20002")
    near, far = lab.tcp(5000)
    assert far.remote == (OUTSIDE, 20002)
    chat(near, far)


def test_evict_oldest(lab):
    """Only if it was set so, the session that was silent longest goes."""
    lab = lab(on_exhaustion="evict-oldest", hold_down_timeout="0s",
              settings=wan())
    lab.clock("freeze")
    pairs = []
    for n in range(PORTS):
        pairs.append(lab.tcp(5000 + n))
        chat(*pairs[-1])
        lab.settle(*pairs[-1])
        lab.clock("advance", "1s")
    chat(*pairs[0])                     # so the second one is the oldest
    lab.settle(*pairs[0])
    lab.clock("advance", "1s")
    after = number(lab)
    chat(*lab.tcp(5010))
    event = told(lab, "session-deleted", after, "evicted")
    assert event["external"] == "{}:{}".format(*pairs[1][1].remote)
    for pair in pairs[:1] + pairs[2:]:
        chat(*pair)
    assert lab.stat("drop-ports-exhausted") == 0
    assert len(lab.sessions()) == PORTS


def test_hold_down(lab):
    """A freed port rests, on the lapse clock, to the millisecond."""
    lab = lab(udp_timeout="60s", hold_down_timeout="120s", filtering="eif",
              settings=wan(2))
    lab.clock("freeze")
    far = lab.server.udp((SERVER, 6000))
    for _ in range(2):
        flow(lab, far)
    assert lab.clock("advance", "60s")["expired"] == 2
    after = number(lab)
    for wait in ("0s", "119.999s"):
        lab.clock("advance", wait)
        assert query(lab).icmp()["type"] == 3
    assert len(lab.lapse("events", "--after", after)) >= 2
    assert told(lab, "ports-exhausted", after)["protocol"] == "udp"
    lab.clock("advance", "1ms")
    flow(lab, far)


# --- sessions, and the share of one client ---

@pytest.mark.parametrize("answer", [*ANSWERS, "drop"])
def test_max_sessions(lab, answer):
    """The table is full."""
    lab = lab(clients=2, on_exhaustion=answer, max_sessions=8)
    lab.clock("freeze")
    pairs = [lab.tcp(5000 + n, lab.clients[n % 2]) for n in range(8)]
    after = number(lab)
    refused(lab, lab.clients[1], answer)
    told(lab, "quota-exceeded", after, "max-sessions")
    assert lab.stat("drop-max-sessions") >= 2
    for pair in pairs:
        chat(*pair)
    assert len(lab.sessions()) == 8
    lab.lapse("kill", f"internal={lab.client.address}:{pairs[0][0].local[1]}")
    chat(*lab.tcp(5010, lab.clients[1]))


@pytest.mark.parametrize("limit, reason, counter", [
    ("sessions_per_subscriber", "sessions-per-subscriber",
     "drop-subscriber-sessions"),
    ("ports_per_subscriber", "ports-per-subscriber",
     "drop-subscriber-ports")])
def test_per_subscriber(lab, limit, reason, counter):
    """One client has had its share; another does not notice."""
    lab = lab(clients=2, on_exhaustion="icmp-prohibited", **{limit: 4})
    pairs = [lab.tcp(5000 + n) for n in range(4)]
    if limit == "ports_per_subscriber":     # which counts by protocol
        far = lab.server.udp((SERVER, 6001))
        for _ in range(4):
            flow(lab, far)
    after = number(lab)
    refused(lab, lab.clients[0], "icmp-prohibited")
    event = told(lab, "quota-exceeded", after, reason)
    assert event["internal"].startswith(lab.client.address)
    assert lab.stat(counter) == 2
    for n in range(4):
        chat(*lab.tcp(5000 + n, lab.clients[1]))
    for pair in pairs:
        chat(*pair)
    lab.lapse("kill", f"client={lab.client.address}", "protocol=tcp")
    chat(*lab.tcp(5010))


def test_rate(lab):
    """New sessions of one client come too fast; later ones are welcome."""
    lab = lab(clients=2, new_sessions_per_second=5)
    far = lab.server.udp((SERVER, 6000))
    after = number(lab)
    sock = lab.client.udp()
    for port in range(7000, 7050):
        sock.send(b"?", (SERVER, port))
    lab.until(lambda: lab.stat("drop-rate") > 0)
    lab.until(lambda: lab.stat("drop-rate") + lab.stat("sessions-created")
              == 50)
    told(lab, "quota-exceeded", after, "new-sessions-per-second")
    flow(lab, far, lab.clients[1])

    def welcome():
        """a second later there is room again"""
        query(lab)
        return not far.silent(0.2)

    lab.until(welcome)


# --- pools of addresses that the gateway does not own ---

def test_address_only(lab):
    """Basic NAT: an address each, ports as they are; and one client more."""
    lab = lab(clients=4, address_only="true", filtering="eif",
              settings={"wan": {"interface": "wan", "pool": POOL}})
    seen = lab.record()
    lab.clock("freeze")
    used = {}
    for client in lab.clients[:3]:
        near, far = lab.tcp(5000, client, local_port=4321)
        chat(near, far)
        assert far.remote[1] == 4321
        used[client] = far.remote[0]
    assert set(used.values()) == {f"198.51.100.{n}" for n in (20, 21, 22)}

    # any of its ports can be called
    listener = lab.clients[0].listen(80)
    caller = lab.server.connect((used[lab.clients[0]], 80))
    callee = listener.accept()
    assert callee.remote == caller.local
    chat(caller, callee)
    lab.server.run("ping", "-n", "-c", "1", used[lab.clients[1]])

    after = number(lab)
    refused(lab, lab.clients[3])
    told(lab, "addresses-exhausted", after)
    assert lab.stat("drop-addresses-exhausted") == 2

    # the address of one who has left is free
    lab.lapse("kill", f"client={lab.clients[1].address}")
    near, far = lab.tcp(5000, lab.clients[3], local_port=4321)
    assert far.remote == (used[lab.clients[1]], 4321)
    chat(near, far)
    seen.check()


@pytest.mark.parametrize("pooling", ["paired", "arbitrary"])
def test_pooling(lab, pooling):
    """A client keeps one address, or has them all."""
    lab = lab(clients=2, address_pooling=pooling,
              settings={"wan": {"interface": "wan", "pool": [
                  "198.51.100.20-198.51.100.21", "198.51.100.64/30"]}})
    seen = lab.record()
    addresses = {f"198.51.100.{n}" for n in (20, 21, 64, 65, 66, 67)}
    far = lab.server.udp((SERVER, 6000))
    for client in lab.clients:
        used = {flow(lab, far, client)[1][0] for _ in range(60)}
        near, peer = lab.tcp(5000, client)
        chat(near, peer)
        client.run("ping", "-n", "-c", "1", SERVER)
        if pooling == "paired":
            assert len(used) == 1 and used == {peer.remote[0]}
            pinged = lab.session("protocol=icmp", f"client={client.address}")
            assert pinged["external"].split(":")[0] in used
        else:
            assert used == addresses
    seen.check()


def test_paired_address_full(lab):
    """No port on a client's own address: that is it, though others are free
    (RFC 7857 section 4)."""
    lab = lab(address_pooling="paired", settings=wan(pool=POOL))
    far = lab.server.udp((SERVER, 6000))
    used = [flow(lab, far)[1] for _ in range(PORTS)]
    assert len({address for address, _ in used}) == 1
    assert query(lab).icmp()["code"] == 1
    assert lab.stat("drop-ports-exhausted") == 1


def test_port_blocks(lab):
    """Ports by the block: a client stays in its own, and gets no second."""
    lab = lab(clients=3, port_block_size=4, port_block_idle_timeout="60s",
              hold_down_timeout="0s", udp_timeout="30s",
              on_exhaustion="icmp-prohibited",
              settings=wan(8, pool=["198.51.100.20"]))
    lab.clock("freeze")
    after = number(lab)
    far = lab.server.udp((SERVER, 6000))
    blocks = []
    for client in lab.clients[:2]:
        ports = {flow(lab, far, client)[1][1] for _ in range(4)}
        assert max(ports) - min(ports) == 3 and min(ports) % 4 == 0
        blocks.append(ports)
        before = number(lab)
        refused_udp(lab, client)
        told(lab, "quota-exceeded", before, "port-blocks-per-subscriber")
    assert blocks[0] | blocks[1] == set(range(20000, 20008))
    given = [e for e in lab.lapse("events", "--after", after)
             if e["event"] == "block-allocated"]
    assert [e["internal"].split(":")[0] for e in given] == \
        [c.address for c in lab.clients[:2]]

    # no block is left; when one has been idle for long enough, it is
    before = number(lab)
    refused_udp(lab, lab.clients[2])
    told(lab, "ports-exhausted", before)
    lab.clock("advance", "30s")
    assert not lab.sessions()
    refused_udp(lab, lab.clients[2])
    lab.clock("advance", "59.999s")
    refused_udp(lab, lab.clients[2])
    lab.clock("advance", "1ms")
    flow(lab, far, lab.clients[2])
    freed = [e for e in lab.lapse("events", "--after", before)
             if e["event"] == "block-freed"]
    assert len(freed) == 2


def refused_udp(lab, client):
    """A new UDP flow of a client is prohibited."""
    reply = query(lab, client).icmp()
    assert (reply["type"], reply["code"]) == (3, 13)


def test_deterministic(lab):
    """RFC 7422: address and ports follow from the settings, also next time."""
    lab = lab(clients=3, deterministic="true", port_block_size=500,
              hold_down_timeout="0s", settings={"wan": {
                  "interface": "wan", "pool": POOL,
                  "port-range": "1024-65535"}})
    per_address = (65535 - 1024 + 1) // 500
    far = lab.server.udp((SERVER, 6000))
    for _ in range(2):
        for host, client in enumerate(lab.clients, 2):
            address = f"198.51.100.{20 + host // per_address}"
            first = 1024 + host % per_address * 500
            for _ in range(20):
                remote = flow(lab, far, client)[1]
                assert remote[0] == address
                assert first <= remote[1] < first + 500
        near, peer = lab.tcp(5000, lab.clients[0])
        assert 1024 + 2 * 500 <= peer.remote[1] < 1024 + 3 * 500
        chat(near, peer)
        lab.stop()
        lab.start()


# --- forwards and exemptions ---

def test_forwards(lab):
    """Servers inside: a range of ports, for callers from anywhere."""
    lab = lab(filtering="apdf", clients=2, settings={"forwards": {
        "range": {"protocol": "tcp", "external-port": "8000-8003",
                  "internal": "192.168.77.2:9000"},
        "game": {"protocol": "udp", "external-port": "27015",
                 "internal": "192.168.77.3:5000"}}})
    seen = lab.record()
    for offset in range(4):
        listener = lab.client.listen(9000 + offset)
        near = lab.server.connect((OUTSIDE, 8000 + offset))
        far = listener.accept()
        assert far.remote == near.local
        chat(near, far)
        listener.close()
    with pytest.raises(TimeoutError):
        lab.server.connect((OUTSIDE, 8004), timeout=0.5)
    with pytest.raises(ConnectionRefusedError):     # nobody listens any more
        lab.server.connect((OUTSIDE, 8000))

    game = lab.clients[1].udp((lab.clients[1].address, 5000))
    player = lab.server.udp((SERVER, 1234))
    player.send(b"join", (OUTSIDE, 27015))
    assert game.recvfrom() == (b"join", (SERVER, 1234))
    game.send(b"welcome", (SERVER, 1234))
    assert player.recvfrom() == (b"welcome", (OUTSIDE, 27015))
    # what the server inside begins comes from the same endpoint
    other = lab.server.udp((SERVER, 4321))
    game.send(b"to someone else", (SERVER, 4321))
    assert other.recvfrom() == (b"to someone else", (OUTSIDE, 27015))
    assert len([m for m in lab.lapse("mappings") if m["internal"].startswith(
        "192.168.77.2:")]) >= 4
    lab.lapse("flush")
    player.send(b"join again", (OUTSIDE, 27015))
    assert game.recv() == b"join again"
    seen.check()


def test_exempt(lab):
    """One destination is left as it is: there, and only there, the private
    source is seen, and answered by a route."""
    lab = lab(settings={"exempt": [
        {"destination": "198.51.100.8/32", "port": "53"}]})
    lab.server.ip(f"route add 192.168.77.0/24 via {OUTSIDE}")
    exempt = lab.server.udp(("198.51.100.8", 53))
    near = lab.client.udp((lab.client.address, 4444))
    near.send(b"?", exempt.local)
    assert exempt.recvfrom() == (b"?", (lab.client.address, 4444))
    exempt.send(b"!", (lab.client.address, 4444))
    assert near.recvfrom() == (b"!", exempt.local)
    assert not lab.sessions()
    assert lab.stat("passed-exempt") == 2

    # and ICMP errors about it, which have no port, come through
    exempt.close()
    error = query(lab, remote=("198.51.100.8", 53)).icmp()
    assert (error["type"], error["code"]) == (3, 3)
    assert lab.stat("passed-exempt") == 4

    # nobody else outside may make use of that route
    for local in (("198.51.100.8", 54), (SERVER, 53)):
        stranger = lab.server.udp(local)
        stranger.send(b"?", (lab.client.address, 4444))
        stranger.close()
    lab.until(lambda: lab.stat("drop-not-external") == 2)
    assert near.silent()
    for remote in (("198.51.100.8", 54), (SERVER, 53)):
        far = lab.server.udp(remote)
        near.send(b"?", remote)
        assert far.recvfrom()[1][0] == OUTSIDE
        far.close()
    assert lab.stat("passed-exempt") == 4

# SPDX-License-Identifier: GPL-2.0-or-later
"""External addresses: the interface's own, followed when it changes, and a
pool that the host does not own"""

import pytest

from lab import OUTSIDE

OTHER = "198.51.100.2"


def chat(near, far):
    """Data in both directions."""
    near.send(b"to the other")
    assert far.recv() == b"to the other"
    far.send(b"and back")
    assert near.recv() == b"and back"


def test_new_address(lab):
    """Sessions on the old address end; new ones are on the new address."""
    lab = lab()
    near, far = lab.tcp()
    chat(near, far)
    number = lab.one("status")["events"]
    lab.gateway.ip(f"address add {OTHER}/24 dev wan",
                   f"address delete {OUTSIDE}/24 dev wan",
                   f"address add {OTHER}/24 dev wan"
                   if not promotes(lab) else "link set wan up")
    lab.lapse("wait", "session-deleted", "--reason", "address-changed",
              "--after", number, "--timeout", "10s")
    assert not lab.sessions()
    near2, far2 = lab.tcp(5001)
    assert far2.remote[0] == OTHER
    chat(near2, far2)


def promotes(lab):
    """Whether a secondary address survives the primary one's end."""
    return lab.gateway.sysctl("net.ipv4.conf.all.promote_secondaries") == "1" \
        or lab.gateway.sysctl("net.ipv4.conf.wan.promote_secondaries") == "1"


def test_no_address(lab):
    """Without one nothing is sent; with one it goes on."""
    lab = lab()
    seen = lab.record()
    lab.gateway.ip(f"address delete {OUTSIDE}/24 dev wan",
                   "route add 198.51.100.0/24 dev wan")
    lab.until(lambda: "has no address yet" in lab.said())
    near = lab.client.udp(remote=(lab.server_address, 6000))
    near.send(b"into the void")
    lab.until(lambda: lab.stat("drop-no-pool") == 1)
    assert not seen.packets(lambda p: p.payload == b"into the void")
    lab.gateway.ip(f"address add {OTHER}/24 dev wan")
    far = lab.server.udp((lab.server_address, 6000))

    def arrives():
        try:
            near.send(b"again")
        except OSError:         # the ICMP error about the one before
            pass
        return not far.silent(0.1)

    lab.until(arrives)
    seen.check()


def test_start_without_address(lab):
    """lapsed starts before the WAN has its address."""
    lab = lab(start=False)
    lab.gateway.ip("address flush dev wan")
    lab.start()
    lab.gateway.ip(f"address add {OTHER}/24 dev wan")

    def connects():
        try:
            return lab.tcp()
        except OSError:
            return None

    near, far = lab.until(connects)
    assert far.remote[0] == OTHER
    chat(near, far)


@pytest.mark.parametrize("pool", ["198.51.100.20-198.51.100.23",
                                  "198.51.100.64/29"])
def test_pool(lab, pool):
    """Addresses of the WAN's subnet that nobody else answers ARP for."""
    lab = lab(clients=4, settings={"wan": {"interface": "wan",
                                           "pool": [pool]}})
    seen = lab.record()
    used = set()
    for number, client in enumerate(lab.clients):
        near, far = lab.tcp(5000 + number, client)
        chat(near, far)
        used.add(far.remote[0])
    assert OUTSIDE not in used
    assert all(a.startswith("198.51.100.") for a in used)

    # to an endpoint that nobody holds: not routed back, not answered
    stranger = lab.server.udp()
    stranger.option("recverr", 1)
    stranger.send(b"anyone?", (sorted(used)[0], 4444))
    lab.until(lambda: lab.stat("drop-no-mapping") > 0)
    assert stranger.silent()
    found = seen.check()
    assert len([p for p in found if p.payload == b"anyone?"]) == 1
    lab.server.run("ping", "-n", "-c", "1", OUTSIDE)


def test_pool_elsewhere(lab):
    """Addresses that are routed to the gateway."""
    lab = lab(settings={"wan": {"interface": "wan",
                                "pool": ["203.0.113.0/28"]}})
    lab.server.ip(f"route add 203.0.113.0/28 via {OUTSIDE}")
    near, far = lab.tcp()
    assert far.remote[0].startswith("203.0.113.")
    chat(near, far)

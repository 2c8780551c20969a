# SPDX-License-Identifier: GPL-2.0-or-later
"""Hairpinned pings behind port translation: a client is asked by the external
endpoint of its own query (RFC 5508 REQ-7, RFC 7857 section 12)"""

import re
import subprocess

import pytest

from lab import INSIDE, OUTSIDE
from packets import ICMP, faults, is_private
from test_ping import ping

POOLS = {"shared": "interface", "pool": "198.51.100.20-198.51.100.23"}


def pinged(lab, pool, clients=2, **nat):
    """
    A lab whose last client has asked the server.

    Return: the lab, that client, its external address and identifier.
    """
    nat = {"mapping": "eim", "filtering": "eif", "hairpin": "external", **nat}
    lab = lab(clients=clients, **nat, settings={
        "wan": {"interface": "wan", "pool": [POOLS[pool]]}})
    asked = lab.clients[-1]
    ping(asked, "-c", "1", lab.server_address)
    row = lab.session("protocol=icmp")
    address, identifier = row["external"].split(":")
    assert row["internal"].startswith(asked.address)
    return lab, asked, address, identifier


def requests(seen, to):
    """The echo requests that a client has got."""
    return seen.packets(lambda p: p.protocol == ICMP and p.dst == to and
                        p.body[:1] == b"\x08")


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("size", ["56", "4000"])
def test_ping(lab, pool, size):
    """There and back, in one piece and in several; no private source."""
    lab, asked, address, identifier = pinged(lab, pool)
    seen = lab.record(asked)
    out = ping(lab.client, "-e", identifier, "-c", "3", "-s", size, address)
    assert len(re.findall(f"bytes from {address}:", out)) == 3
    assert "DIFFERENT ADDRESS" not in out and "DUP" not in out
    asking = lab.session("protocol=icmp", f"internal={lab.client.address}")
    assert asking["internal"].endswith(":" + identifier)
    assert asking["external"].split(":")[1] != identifier
    got = requests(seen, asked.address)
    assert len(got) >= 3
    assert {p.src for p in got} == {asking["external"].split(":")[0]}
    assert all(not is_private(p.src) and p.ttl == 63 for p in got)
    assert lab.stat("hairpin-translated") >= 6
    assert len(lab.sessions("protocol=icmp")) == 3


@pytest.mark.parametrize("pool", POOLS)
def test_two_at_once(lab, pool):
    """Two clients ask the same one by the same identifier."""
    lab, _, address, identifier = pinged(lab, pool, clients=3)
    running = [c.start("ping", "-n", "-e", identifier, "-c", "10", "-i",
                       "0.05", "-W", "5", address, stdout=subprocess.PIPE)
               for c in lab.clients[:2]]
    for one in running:
        out, _ = one.communicate(timeout=60)
        assert " 0% packet loss" in out and "DUP" not in out, out
    rows = [r for c in lab.clients[:2] for r in
            lab.sessions("protocol=icmp", f"internal={c.address}")]
    assert len({r["external"] for r in rows}) == 2
    assert lab.stat("hairpin-translated") == 40


def test_oneself(lab):
    """A client that asks itself."""
    lab, asked, address, identifier = pinged(lab, "pool", clients=1)
    ping(asked, "-e", identifier, "-c", "2", address)
    assert lab.stat("hairpin-translated") == 4


def test_filtering(lab):
    """Who has asked nobody here is not asked: it is as with no mapping."""
    lab, asked, address, identifier = pinged(lab, "pool", filtering="adf")
    seen = lab.record(asked)
    lab.client.run("ping", "-n", "-e", identifier, "-c", "1", "-W", "0.3",
                   address, check=False)
    lab.until(lambda: lab.stat("drop-filtered") == 1)
    assert not requests(seen, asked.address)


def test_filtering_shared(lab):
    """On the gateway's own address that is the gateway's ping, as ever."""
    lab, asked, address, identifier = pinged(lab, "shared", filtering="apdf")
    assert address == OUTSIDE
    seen = lab.record(asked)
    ping(lab.client, "-e", identifier, "-c", "2", address)
    assert not requests(seen, asked.address)


def test_the_gateway(lab):
    """An identifier of nobody's is the gateway's own; no session for it."""
    lab, _, address, identifier = pinged(lab, "shared")
    for to in (address, INSIDE):
        ping(lab.client, "-e", str(int(identifier) ^ 1), "-c", "2", to)
    ping(lab.server, "-e", identifier, "-c", "2", address)
    assert len(lab.sessions("protocol=icmp")) == 1


def test_internal(lab):
    """The asker's own source, if so set: the answer comes directly."""
    lab, asked, address, identifier = pinged(lab, "pool", hairpin="internal")
    seen = lab.record(asked)
    out = lab.client.run("ping", "-n", "-e", identifier, "-c", "2", "-i",
                         "0.05", "-W", "5", address).stdout
    assert f"from {asked.address}:" in out and "DIFFERENT ADDRESS" in out
    assert {p.src for p in requests(seen, asked.address)} == \
        {lab.client.address}


@pytest.mark.parametrize("pool", POOLS)
def test_off(lab, pool):
    """Off: a counted drop, or the gateway's own ping on its own address."""
    lab, asked, address, identifier = pinged(lab, pool, hairpin="off")
    seen = lab.record(asked)
    done = lab.client.run("ping", "-n", "-e", identifier, "-c", "1", "-W",
                          "0.3" if pool == "pool" else "5", address,
                          check=False)
    assert (done.returncode == 0) == (pool == "shared")
    assert lab.stat("drop-hairpin-off") == (pool == "pool")
    assert not requests(seen, asked.address)


@pytest.mark.parametrize("pool", POOLS)
def test_error(lab, pool):
    """An error about the question shows it as it was sent."""
    lab, asked, address, identifier = pinged(lab, pool)
    asked.run("iptables", "-A", "INPUT", "-p", "icmp", "-j", "REJECT",
              "--reject-with", "icmp-admin-prohibited")
    got, back = lab.record(asked), lab.record(lab.client)
    lab.client.run("ping", "-n", "-e", identifier, "-c", "1", "-W", "0.3",
                   address, check=False)
    lab.until(lambda: lab.stat("icmp-errors-translated") == 1)
    question, = requests(got, asked.address)
    assert not is_private(question.src)
    error, = lab.until(lambda: back.packets(lambda p: p.inner()))
    assert (error.body[0], error.body[1]) == (3, 13)
    assert (error.src, error.dst) == (address, lab.client.address)
    inner = error.inner()
    assert (inner.src, inner.dst) == (lab.client.address, address)
    assert inner.body[4:6] == int(identifier).to_bytes(2, "big")
    assert not [fault for fault in faults(error) if "checksum" in fault]

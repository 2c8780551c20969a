# SPDX-License-Identifier: GPL-2.0-or-later
"""ping through the NAT: queries of every size, and each reply at its owner"""

import re
import subprocess

import pytest

from lab import INSIDE, OUTSIDE


def ping(host, *arguments):
    """Run ping: its output; all must have come back."""
    done = host.run("ping", "-n", "-i", "0.05", "-W", "5", *arguments)
    assert re.search(r" 0% packet loss", done.stdout), done.stdout
    return done.stdout


@pytest.mark.parametrize("size", [0, 56, 1472, 1473, 8000])
def test_ping(lab, size):
    """There and back; beyond 1472 bytes in fragments."""
    lab = lab()
    seen = lab.record()
    out = ping(lab.client, "-c", "3", "-s", str(size), lab.server_address)
    assert f"from {lab.server_address}" in out
    session = lab.session("protocol=icmp")
    assert session["external"].startswith(OUTSIDE + ":")
    assert session["expires-in"] <= 60
    found = seen.check()
    assert len([p for p in found if p.src == OUTSIDE and not p.offset]) == 3


def test_the_same_identifier(lab):
    """Two clients that have chosen the same query identifier."""
    lab = lab(clients=2)
    running = [c.start("ping", "-n", "-e", "4242", "-c", "5", "-i", "0.05",
                       "-W", "5", lab.server_address, stdout=subprocess.PIPE)
               for c in lab.clients]
    for one in running:
        out, _ = one.communicate(timeout=60)
        assert " 0% packet loss" in out and "DUP" not in out, out
    rows = lab.sessions("protocol=icmp")
    assert len({r["internal"] for r in rows}) == 2
    assert len({r["external"] for r in rows}) == 2


def test_timer(lab):
    """A query session lapses by its own timer."""
    lab = lab(icmp_timeout="20s")
    lab.clock("freeze")
    ping(lab.client, "-c", "1", lab.server_address)
    lab.clock("advance", "19.999s")
    assert lab.sessions("protocol=icmp")
    assert lab.clock("advance", "1ms")["expired"] == 1


def test_the_gateway_itself(lab):
    """From inside and from outside it answers for itself, without a session.
    """
    lab = lab()
    ping(lab.client, "-c", "1", INSIDE)
    ping(lab.server, "-c", "1", OUTSIDE)
    assert not lab.sessions()

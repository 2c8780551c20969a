# SPDX-License-Identifier: GPL-2.0-or-later
"""200 clients with one source port at once: each reply at its owner"""

import pytest

COUNT = 200
PORT = 5060


def crowd(lab):
    """Give the client many addresses, each a client of its own to the NAT."""
    addresses = [f"192.168.77.{n + 10}" for n in range(COUNT)]
    lab.client.ip(*(f"address add {a}/24 dev eth0" for a in addresses))
    return addresses


@pytest.mark.parametrize("allocation", ["random", "preservation"])
@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_one_source_port(lab, protocol, allocation):
    """Every client asks the same server from the same port."""
    lab = lab(port_allocation=allocation)
    addresses = crowd(lab)
    server = lab.server.udp((lab.server_address, 7000)) \
        if protocol == "udp" else lab.server.listen(7000)
    server.echo()
    seen = lab.record()
    answers = lab.client.call(
        "many", kind=protocol, locals_=[[a, PORT] for a in addresses],
        remote=server.local if protocol == "udp"
        else [lab.server_address, 7000], timeout=30)
    assert answers == [f"{a}:{PORT}" for a in addresses]

    rows = lab.lapse("mappings")
    assert {r["internal"] for r in rows} == {f"{a}:{PORT}" for a in addresses}
    assert len({r["external"] for r in rows}) == COUNT
    assert len(lab.sessions()) == COUNT
    if allocation == "preservation":
        assert f"198.51.100.1:{PORT}" in {r["external"] for r in rows}
    seen.check()

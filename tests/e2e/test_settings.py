# SPDX-License-Identifier: GPL-2.0-or-later
"""What follows from settings: one-to-one forwards, computed blocks, and who
set what a flow follows"""

from lab import OUTSIDE

# Beside the interface's own address; lapsed answers ARP for it.
ALONE = "198.51.100.20"


def test_one_to_one(lab):
    """All of an address is one host's, in both directions, ports untouched;
    the other client has none of it."""
    lab = lab(clients=2, settings={
        "wan": {"interface": "wan", "pool": ["interface", ALONE]},
        "forwards": {"dmz": {"protocol": "all", "external-address": ALONE,
                             "internal": lab_client(0)}}})
    owner, other = lab.clients
    # from outside, without a word from inside: TCP and UDP, any port
    for port in (22, 65000):
        listener = owner.listen(port)
        near = lab.server.connect((ALONE, port))
        far = listener.accept()
        assert far.remote[0] == lab.server_address
        drained = far.drain(1 << 16)
        assert near.pump(1 << 16).result() == drained.result()
    inside = owner.udp(("0.0.0.0", 500))
    server = lab.server.udp((lab.server_address, 500))
    server.send(b"hello", (ALONE, 500))
    assert inside.recvfrom() == (b"hello", (lab.server_address, 500))
    # from inside
    inside.send(b"answer", server.local)
    assert server.recvfrom() == (b"answer", (ALONE, 500))
    stranger = other.udp(("0.0.0.0", 500))
    stranger.send(b"me", server.local)
    data, seen = server.recvfrom()
    assert data == b"me" and seen[0] == OUTSIDE


def lab_client(number):
    """The address that a client of the lab has."""
    return f"192.168.77.{number + 2}"


def test_computed_block(lab):
    """What the server sees is in the block that `lapse explain` computes from
    the settings file, and the way back names the client."""
    lab = lab(clients=2, deterministic="true", port_block_size="200")
    server = lab.server.udp((lab.server_address, 53))
    for number, client in enumerate(lab.clients):
        words = ("-c", lab.path("lapse.yaml"), "--address", OUTSIDE)
        block = lab.one("explain", "block", lab_client(number), *words)
        assert block["external"] == OUTSIDE
        assert block["last-port"] - block["first-port"] == 199
        for _ in range(3):
            sock = client.udp()
            sock.send(b"x", server.local)
            _, (address, port) = server.recvfrom()
            assert address == OUTSIDE
            assert block["first-port"] <= port <= block["last-port"]
            back = lab.one("explain", "block", f"{address}:{port}", *words)
            assert back == block


def test_explain_flow(lab):
    """A live flow, and one that is not there."""
    lab = lab(udp_timeout="77s", settings={
        "ports": {"53/udp": {"timeout": "9s"}},
        "clients": {"phone": {"match": lab_client(0),
                              "nat": {"udp": {"refresh": "both"}}}}})
    server = lab.server.udp((lab.server_address, 53))
    sock = lab.client.udp()
    sock.send(b"x", server.local)
    _, seen = server.recvfrom()
    session = lab.session("protocol=udp")
    head, *rows = lab.lapse("explain", "udp", session["internal"],
                            session["remote"])
    assert head["external"] == f"{seen[0]}:{seen[1]}"
    assert head["client"] == "phone" and head["profile"] == "rfc-compliant"
    assert 0 < head["expires-in"] <= 9
    said = {row["setting"]: row for row in rows}
    assert said["nat.refresh"]["value"] == "both"
    assert said["nat.refresh"]["path"] == "clients.phone.nat.udp.refresh"
    assert said["nat.udp-timeout"]["value"] == "77s"
    assert said["nat.udp-timeout"]["layer"] == "file"
    assert said["nat.udp-timeout"]["name"] == lab.path("lapse.yaml")
    assert said["nat.filtering"]["layer"] == "profile"
    assert said["nat.filtering"]["source"]
    assert said["ports.*.timeout"]["value"] == "9s"
    head, *rows = lab.lapse("explain", "tcp", "192.168.77.99:1", "192.0.2.1:2")
    assert head["external"] is None and head["client"] is None
    assert "nat.tcp-idle-timeout" in [row["setting"] for row in rows]

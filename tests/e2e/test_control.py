# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse: what it shows and ends, its filters, and its exit codes"""

import json

from lab import OUTSIDE


def test_what_is_shown(lab):
    """The rows of sessions and mappings, and their table."""
    lab = lab(clients=2)
    near, far = lab.tcp()
    near.send(b"hello")
    assert far.recv() == b"hello"
    row = lab.session()
    assert row["protocol"] == "tcp" and row["state"] == "established"
    assert row["internal"] == f"{lab.client.address}:{near.local[1]}"
    assert row["external"] == f"{OUTSIDE}:{far.remote[1]}"
    assert row["remote"] == f"{lab.server_address}:5000"
    assert row["bytes-out"] > row["packets-out"] * 52
    assert 0 <= row["idle"] < 7440 and 0 < row["expires-in"] <= 7440
    mapping = lab.one("mappings")
    assert mapping["external"] == row["external"]
    assert mapping["sessions"] == 1

    text = lab.ask("sessions").stdout
    assert row["internal"] in text and "EXPIRES IN" in text
    json.loads(lab.ask("sessions", "--json").stdout)


def test_filters_and_kill(lab):
    """Each filter finds its sessions; kill ends them and no others."""
    lab = lab(clients=2)
    pairs = [lab.tcp(5000 + n, client) for n, client in
             enumerate(lab.clients)]
    query = lab.client.udp(remote=(lab.server_address, 6000))
    query.send(b"?")
    lab.until(lambda: len(lab.sessions()) == 3)
    one, two = (c.address for c in lab.clients)
    assert len(lab.sessions("protocol=tcp")) == 2
    assert len(lab.sessions("protocol=udp")) == 1
    assert len(lab.sessions(f"client={one}")) == 2
    assert len(lab.sessions("client=192.168.77.0/24")) == 3
    assert len(lab.sessions(f"remote={lab.server_address}:5001")) == 1
    assert len(lab.sessions(f"external={OUTSIDE}")) == 3
    assert not lab.sessions("client=10.0.0.1")

    number = lab.one("status")["events"]
    assert lab.one("kill", f"client={one}", "protocol=tcp")["killed"] == 1
    lab.lapse("wait", "session-deleted", f"client={one}", "--reason",
              "killed", "--after", number, "--timeout", "5s")
    near, far = pairs[1]
    near.send(b"unharmed")
    assert far.recv() == b"unharmed"
    assert [s["internal"].split(":")[0] for s in lab.sessions("protocol=tcp")
            ] == [two]
    assert lab.one("flush")["killed"] == 2
    assert not lab.sessions() and not lab.lapse("mappings")


def test_wait(lab):
    """A gate: 0 when the event has come, 5 when it has not."""
    lab = lab()
    lab.lapse("wait", "session-created", "--timeout", "100ms", code=5)
    number = lab.one("status")["events"]
    lab.tcp()
    event = lab.one("wait", "session-created", "--after", number,
                    "--timeout", "5s")
    assert event["event"] == "session-created"
    assert event["protocol"] == "tcp"


def test_exit_codes(lab):
    """2 for a wrong command line, 1 where nobody answers."""
    lab = lab()
    assert lab.ask("frobnicate").returncode == 2
    assert lab.ask("sessions", "colour=red").returncode == 2
    assert lab.ask("sessions", "protocol=tpc").returncode == 2
    assert lab.ask("kill").returncode == 2
    assert lab.ask("wait", "sunset").returncode == 2
    assert lab.ask("help").returncode == 0
    assert lab.ask("status").returncode == 0
    lab.stop()
    done = lab.ask("status")
    assert done.returncode == 1 and "is lapsed running?" in done.stderr


def test_drops_are_told_by_client(lab):
    """What a blackhole swallows is counted for its client, and no other."""
    lab = lab(clients=2)
    lab.server.udp(("0.0.0.0", 6000))
    socks = [c.udp(remote=(lab.server_address, 6000)) for c in lab.clients]
    for sock in socks:
        sock.send(b"?")
    lab.until(lambda: len(lab.sessions()) == 2)
    one, two = (c.address for c in lab.clients)
    lab.lapse("fault", "blackhole", "--client", one)
    for _ in range(3):
        for sock in socks:
            sock.send(b"!")

    def client(address):
        return lab.one("clients", f"client={address}")

    lab.until(lambda: client(one)["drops-out"] == 3)
    lab.until(lambda: client(two)["packets-out"] == 4)
    assert client(one)["packets-out"] == 1 and client(one)["drops-in"] == 0
    assert client(two)["drops-out"] == client(two)["drops-in"] == 0
    lines = lab.ask("clients").stdout.splitlines()
    assert lines[0].split()[-1] == "DROPS"
    assert {line.split()[0]: line.split()[-1] for line in lines[1:]} == \
        {one: "3", two: "0"}

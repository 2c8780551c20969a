# SPDX-License-Identifier: GPL-2.0-or-later
"""The heartbeat verdict: of real MQTT clients, and of beats that are exact"""

import json
import subprocess
import time

import pytest

from host import SLOW
from lab import SERVER, poll

CARRIER, TIMER, SAFE = "cn-mobile-2g3g-2013", 300, 285
SCALE = 10
# seconds of wall time between beats, and whether they keep the session
KEEPALIVES = {6: True, 24: True, 28: True, 33: False, 120: False}


def report(lab, kind="flow", **wanted):
    """The rows of the report of one kind, with these members."""
    return [row for row in lab.lapse("report") if row["report"] == kind and
            all(row[k] == v for k, v in wanted.items())]


def sentence(lab, *wanted):
    """The line of the text that has all these words."""
    lines = [line for line in lab.ask("report").stdout.splitlines()
             if all(word in line for word in wanted)]
    assert len(lines) == 1, lab.ask("report").stdout
    return lines[0]


# --- MQTT: mosquitto's broker and client ---

class Mqtt:
    """A client and its broker, one gateway between them."""

    def __init__(self, lab, keepalive):
        self.lab, self.keepalive = lab, keepalive
        lab.clock("scale", SCALE)
        path = lab.path("mosquitto.conf")
        with open(path, "w", encoding="utf-8") as f:
            # root it is, or it would look for a user of its own
            f.write(f"listener 1883 {SERVER}\nallow_anonymous true\n"
                    "user root\n")
        self.start(lab.server, "mosquitto", "-v", "-c", path)
        poll(lambda: f"{SERVER}:1883" in lab.server.run("ss", "-Hltn").stdout,
             10, "mosquitto listens")
        self.sub = self.start(lab.client, "mosquitto_sub", "-d", "-h", SERVER,
                              "-t", "news", "-k", str(keepalive), "-i",
                              f"beats-{keepalive}")

    def start(self, host, name, *arguments):
        """Start one of the two; what it says is in the logs of the lab."""
        with open(self.lab.path(name + ".log"), "w", encoding="utf-8") as log:
            return host.start(name, *arguments, stdin=subprocess.DEVNULL,
                              stdout=log, stderr=log)

    def first(self):
        """The row of its first connection, or None."""
        rows = [r for r in report(self.lab, protocol="tcp")
                if r["remote"] == f"{SERVER}:1883"]
        return min(rows, key=lambda r: r["created"], default=None)

    def verdict(self):
        """Its row, once it has shown what its keepalive is worth."""
        row = self.first()
        if not row:
            return None
        if KEEPALIVES[self.keepalive]:
            # two beats, and nothing that the first one could have hidden
            return row if row["beats"] >= 2 or row["verdict"] != "alive" \
                else None
        late = self.keepalive > 60 or row["late"] is not None
        return row if row["verdict"] != "alive" and late else None


@pytest.mark.long
def test_mqtt_keepalives(lab):
    """Survived or died, rightly, with the margin; and what would do."""
    runs = {k: Mqtt(lab(settings={"profile": CARRIER}), k)
            for k in KEEPALIVES}
    found = {}
    deadline = time.monotonic() + 120 * SLOW
    while len(found) < len(runs):
        assert time.monotonic() < deadline, f"only {found}"
        for keepalive in runs.keys() - found.keys():
            # paced by what happens, or by a second without anything
            runs[keepalive].lab.ask("wait", "session-deleted", "--timeout",
                                    "0.3s")
            row = runs[keepalive].verdict()
            if row:
                found[keepalive] = row
    for keepalive, row in found.items():
        beat = keepalive * SCALE
        assert row["profile"] == CARRIER
        assert row["timer"] == TIMER and row["recommended"] == SAFE
        if KEEPALIVES[keepalive]:
            assert row["verdict"] == "alive", (keepalive, row)
            assert beat - 1 <= row["longest-gap"] < TIMER
            assert 0 < row["margin"] <= TIMER - beat + 1
        else:
            assert row["verdict"] == "died", (keepalive, row)
            assert (row["reason"], row["margin"]) == ("idle", None)
        print(keepalive, sentence(runs[keepalive].lab, f"{SERVER}:1883",
                                  "heartbeat every 4m 45s")
              if row["verdict"] == "alive" else json.dumps(row))
    assert found[6]["needless"] >= 1
    # the keepalive of 33 s: 30 s of lapse time too late, or a little more
    late = found[33]["late"]
    assert 0 < late < 33 * SCALE
    assert found[120]["late"] is None


# --- beats that follow the lapse clock exactly ---

def beat(lab, near, far):
    """A heartbeat that arrives."""
    near.send(b"beat")
    assert far.recv() == b"beat"
    lab.settle(near, far)


def test_recommended_interval_for_a_day(lab):
    """What the report recommends keeps a connection for a day."""
    lab = lab(settings={"profile": CARRIER})
    lab.clock("freeze")
    near, far = lab.tcp()
    beat(lab, near, far)
    lab.clock("advance", "10s")
    row, = report(lab)
    every = row["recommended"]
    assert every == SAFE
    passed = 0
    while passed < 86400:
        lab.clock("advance", f"{every}s")
        passed += every
        beat(lab, near, far)
    row, = report(lab)
    assert (row["verdict"], row["needless"]) == ("alive", 0)
    assert row["longest-gap"] == every + 10
    assert row["beats"] == passed / every
    client, = report(lab, "client")
    assert (client["alive"], client["died"]) == (1, 0)
    assert "to spare" in sentence(lab, lab.client.address + " ->")


def test_a_second_over_the_timer(lab):
    """And a second over it is deadly, however often it went well before."""
    lab = lab(settings={"profile": CARRIER, "nat": {"stray-outbound": "drop"}})
    lab.clock("freeze")
    near, far = lab.tcp()
    for _ in range(3):
        beat(lab, near, far)
        lab.clock("advance", f"{TIMER - 1}s")
    beat(lab, near, far)
    assert report(lab)[0]["margin"] == 1
    lab.clock("advance", f"{TIMER + 1}s")
    number = lab.one("status")["events"]
    near.send(b"beat")
    event = lab.one("wait", "stray-outbound", "--after", number, "--timeout",
                    "10s")
    assert event["late"] == 1
    far.send(b"push")
    event = lab.one("wait", "stray-inbound", "--after", number, "--timeout",
                    "10s")
    assert event["late"] == 1
    lab.until(lambda: report(lab)[0]["lost-in"] >= 1)
    lab.clock("advance", "60s")
    lab.tcp(5000)
    row = min(report(lab), key=lambda r: r["created"])
    assert (row["verdict"], row["reason"], row["late"]) == ("died", "idle", 1)
    assert row["reconnected"] == 61
    line = sentence(lab, lab.client.address + " ->", "died")
    for words in ("after 5m 0s of silence", "1.0s too late",
                  f"Under {CARRIER} a heartbeat every 4m 45s would have kept "
                  "it", "did not get through", "1m 1s after its end"):
        assert words in line, line


@pytest.mark.parametrize("refresh, kept", [("outbound", False),
                                           ("both", True)])
def test_who_beats(lab, refresh, kept):
    """Beats of the server count where inbound packets refresh."""
    lab = lab(refresh=refresh, udp_timeout="120s", mapping="eim")
    lab.clock("freeze")
    far = lab.server.udp((lab.server_address, 7000))
    near = lab.client.udp(remote=far.local)
    near.send(b"hello")
    _, remote = far.recvfrom()
    far.send(b"hello", remote)
    assert near.recv() == b"hello"
    for _ in range(3):
        lab.clock("advance", "100s")
        far.send(b"beat", remote)
        if kept:
            assert near.recv() == b"beat"
    if not kept:
        lab.until(lambda: report(lab)[0]["verdict"] == "died")
        lab.until(lambda: report(lab)[0]["lost-in"] == 2)
    else:
        row, = report(lab)
        assert (row["verdict"], row["beats"]) == ("alive", 3)


def test_every_profile(lab):
    """What would be safe elsewhere is said of every profile."""
    lab = lab(settings={"profile": CARRIER})
    rows = {r["profile"]: r for r in report(lab, "profile")}
    names = {r["profile"] for r in lab.lapse("profile", "list")}
    assert rows.keys() == names and len(names) > 25
    assert (rows[CARRIER]["tcp"], rows[CARRIER]["udp"]) == (SAFE, 114)
    assert rows["cloud-aws-natgw"]["tcp"] == 332.5
    assert "no flow has paused yet" in lab.ask("report").stdout

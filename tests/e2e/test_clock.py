# SPDX-License-Identifier: GPL-2.0-or-later
"""The lapse clock: what lapses, and that it does so neither early nor late"""

import time

from lab import poll


def flows(lab, count, port=6000):
    """So many UDP flows, each answered once; the clients' sockets."""
    far = lab.server.udp((lab.server_address, port))
    near = []
    for _ in range(count):
        near.append(lab.client.udp(remote=far.local))
        near[-1].send(b"hello")
        data, remote = far.recvfrom()
        far.send(data, remote)
        assert near[-1].recv() == b"hello"
    return near, far


def test_advance_is_exact(lab):
    """A millisecond before the timer all is there, at it nothing is."""
    lab = lab(udp_timeout="120s")
    lab.clock("freeze")
    flows(lab, 20)
    assert lab.clock("advance", "119.999s")["expired"] == 0
    assert {s["expires-in"] for s in lab.sessions()} == {0.001}
    assert {s["idle"] for s in lab.sessions()} == {119.999}
    assert lab.clock("advance", "1ms")["expired"] == 20
    assert not lab.sessions() and not lab.lapse("mappings")


def test_advance_is_what_idle_minutes_are(lab):
    """5 minutes end what 5 minutes end, each by its own timer, in order."""
    lab = lab(udp_timeout="4m", udp_initial_timeout="1m",
              tcp_idle_timeout="6m", icmp_timeout="30s")
    lab.clock("freeze")
    number = lab.one("status")["events"]
    flows(lab, 1)
    lab.client.udp(remote=(lab.server_address, 6999)).send(b"unanswered")
    lab.until(lambda: len(lab.sessions()) == 2)
    lab.client.run("ping", "-c", "1", lab.server_address)
    near, far = lab.tcp()
    near.send(b"x")
    assert far.recv() == b"x"
    lab.settle(near, far)
    order = [s["protocol"] for s in
             sorted(lab.sessions(), key=lambda s: s["expires-in"])]

    assert lab.clock("advance", "5m")["expired"] == 3
    ended = [e for e in lab.lapse("events", "--after", number)
             if e["event"] == "session-deleted"]
    assert [e["protocol"] for e in ended] == ["icmp", "udp", "udp"]
    assert order == ["icmp", "udp", "udp", "tcp"]
    assert ended[1]["remote"].endswith(":6999"), "the unanswered one first"
    assert lab.session()["protocol"] == "tcp"
    near.send(b"still there")
    assert far.recv() == b"still there"


def test_traffic_meets_the_clock_as_it_is(lab):
    """A packet just in time gives the session its whole timer again."""
    lab = lab(udp_timeout="120s")
    lab.clock("freeze")
    (near, ), far = flows(lab, 1)
    first = lab.session()["external"]
    for _ in range(10):
        lab.clock("advance", "119.999s")
        near.send(b"just in time")
        _, remote = far.recvfrom()
    assert lab.session()["external"] == first
    assert lab.session()["expires-in"] == 120
    lab.clock("advance", "120s")
    near.send(b"too late")
    assert far.recvfrom()[1] != remote


def test_freeze(lab):
    """Nothing ages while the clock stands; packets pass all the same."""
    lab = lab(udp_timeout="1s")
    frozen = lab.clock("freeze")
    assert frozen["frozen"] is True
    (near, ), far = flows(lab, 1)
    began = time.monotonic()
    poll(lambda: time.monotonic() - began > 1.3)
    assert lab.clock("show")["time"] == frozen["time"]
    assert lab.session()["expires-in"] == 1
    near.send(b"passes")
    assert far.recv() == b"passes"
    assert lab.clock("resume")["frozen"] is False
    lab.until(lambda: not lab.sessions(), "it lapses once the clock runs")


def test_scale(lab):
    """At scale 60 each second is a minute."""
    lab = lab(udp_timeout="1h")
    lab.clock("scale", 60)

    def look():
        """Real time before, the clock, and real time after."""
        before = time.monotonic()
        return before, lab.clock("show")["time"], time.monotonic()

    first = look()
    poll(lambda: time.monotonic() > first[2] + 1)
    last = look()
    passed = last[1] - first[1]
    assert 60 * (last[0] - first[2]) - 1 <= passed
    assert passed <= 60 * (last[2] - first[0]) + 1

    flows(lab, 1)
    assert 3000 < lab.session()["expires-in"] <= 3600
    lab.clock("scale", 36000)
    number = lab.one("status")["events"]
    lab.lapse("wait", "session-deleted", "--reason", "idle", "--after",
              number - 2, "--timeout", "10s")


def test_never_early(lab):
    """On a running clock a session lapses at its deadline or a little later.
    """
    lab = lab(udp_timeout="300ms", udp_initial_timeout="300ms")
    number = lab.one("status")["events"]
    for _ in range(10):
        lab.client.udp(remote=(lab.server_address, 6999)).send(b"hello")
    lab.until(lambda: lab.stat("sessions-lapsed") == 10)
    events = lab.lapse("events", "--after", number)
    made = {e["internal"]: e["time"] for e in events
            if e["event"] == "session-created"}
    ended = {e["internal"]: e["time"] for e in events
             if e["event"] == "session-deleted"}
    assert len(made) == 10 and made.keys() == ended.keys()
    assert all(round(ended[i] - made[i], 3) >= 0.3 for i in made)


def test_reset(lab):
    """Scale 1 and running; what was put on top stays."""
    lab = lab()
    lab.clock("advance", "1h")
    lab.clock("scale", 5)
    lab.clock("freeze")
    row = lab.clock("reset")
    assert (row["scale"], row["frozen"]) == (1, False)
    assert row["time"] >= 3600


def test_mistakes(lab):
    """A clock that would stand or run backwards is refused."""
    lab = lab()
    for words in (["scale", "0"], ["scale", "-1"], ["scale", "x"],
                  ["advance", "-5m"], ["advance", "never"], ["advance"],
                  ["advance", "99999999d"], ["backwards"]):
        assert lab.ask("clock", *words).returncode == 2, words
    assert lab.clock("show")["scale"] == 1

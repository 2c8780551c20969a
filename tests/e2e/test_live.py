# SPDX-License-Identifier: GPL-2.0-or-later
"""Settings that change while connections live: for all, and for one client"""

import json
import os
import signal

import pytest

CARRIER, CLOUD = "cn-mobile-2g3g-2013", "cloud-aws-natgw"


def idle(lab, client):
    """How long the only TCP session of a client may be silent from now."""
    return lab.session("protocol=tcp", f"client={client.address}")["expires-in"]


def flows(lab, clients):
    """A TCP connection of each client, all acknowledged."""
    found = [lab.tcp(5000 + n, client) for n, client in enumerate(clients)]
    for near, far in found:
        near.send(b"hello")
        assert far.recv() == b"hello"
        lab.settle(near, far)
    return found


def test_two_carriers_on_one_router(lab):
    """A phone in China and one in a cloud, each by its own timers."""
    lab = lab(clients=3, settings={"clients": {
        "phone": {"match": "192.168.77.2", "profile": CARRIER}}})
    lab.clock("freeze")
    phone, cloud, other = lab.clients
    lab.one("profile", "use", CLOUD, "--client", cloud.address)
    pairs = flows(lab, lab.clients)
    rows = {row["address"]: row for row in lab.lapse("clients")}
    assert {a: r["profile"] for a, r in rows.items()} == {
        phone.address: CARRIER, cloud.address: CLOUD,
        other.address: "rfc-compliant"}
    assert rows[phone.address]["client"] == "phone"
    assert rows[phone.address]["ports"] == {"tcp": 1, "udp": 0, "icmp": 0}
    link, = json.loads(phone.run("ip", "-j", "link", "show", "eth0").stdout)
    assert rows[phone.address]["mac"] == link["address"]
    assert rows[phone.address]["bytes-out"] > 100
    assert (idle(lab, phone), idle(lab, cloud), idle(lab, other)) == (
        300, 350, 7440)

    assert lab.clock("advance", "299s")["expired"] == 0
    assert lab.clock("advance", "1s")["expired"] == 1
    assert lab.clock("advance", "50s")["expired"] == 1
    near, far = pairs[2]
    near.send(b"still there")
    assert far.recv() == b"still there"


@pytest.mark.parametrize("apply", ["all", "new"])
def test_profile_under_running_flows(lab, apply):
    """Another profile reaches flows that live, or only those to come."""
    lab = lab(clients=2, apply=apply)
    lab.clock("freeze")
    near, far = flows(lab, lab.clients)[0]
    lab.clock("advance", "200s")
    near.send(b"a beat")
    assert far.recv() == b"a beat"
    lab.settle(near, far)
    done = lab.ask("profile", "use", CARRIER)
    assert done.returncode == 0, done.stderr
    if apply == "all":
        assert "2 sessions now lapse sooner" in done.stdout
        assert (idle(lab, lab.clients[0]), idle(lab, lab.clients[1])) == (
            300, 100)
    else:
        assert "live sessions stay as they are" in done.stdout
        assert idle(lab, lab.clients[0]) == 7440
    # whatever it is, the connection goes on; one that is new has the new timer
    near.send(b"alive")
    assert far.recv() == b"alive"
    lab.settle(near, far)
    again, there = lab.tcp(6000)
    again.send(b"new")
    assert there.recv() == b"new"
    lab.settle(again, there)
    assert lab.session("remote=" + lab.server_address + ":6000")[
        "expires-in"] == 300
    expired = lab.clock("advance", "300s")["expired"]
    assert expired == (3 if apply == "all" else 1)
    near.send(b"and now?")
    if apply == "new":
        assert far.recv() == b"and now?"
    else:
        assert far.silent()


def test_shorter_than_the_silence_so_far(lab):
    """Who has been silent for longer already is gone with the answer."""
    lab = lab(clients=2)
    lab.clock("freeze")
    flows(lab, lab.clients[:1])
    lab.clock("advance", "100s")
    near, far = lab.tcp(6000, lab.clients[1])
    near.send(b"x")
    assert far.recv() == b"x"
    lab.settle(near, far)
    done = lab.ask("set", "tcp-idle-timeout=60s")
    assert done.stdout == "1 session now lapses sooner, 1 at once\n"
    row = lab.session("protocol=tcp")
    assert row["internal"].startswith(lab.clients[1].address)
    number = lab.one("status")["events"]
    assert lab.one("set", "tcp-idle-timeout=10m")["later"] == 1
    event, = [e for e in lab.lapse("events", "--after", number)
              if e["event"] == "settings-changed"]
    assert event["reason"] == "set"


def test_one_client_by_address(lab):
    """A client that the settings do not know is made one."""
    lab = lab(clients=2, udp_timeout="60s", udp_initial_timeout="60s")
    lab.clock("freeze")
    address = lab.client.address
    lab.one("set", "--client", address, "refresh=both", "udp-timeout=90s")
    assert lab.one("get", "clients.192-168-77-2.nat.refresh")["value"] == "both"
    far = lab.server.udp((lab.server_address, 7000))
    for client in lab.clients:
        near = client.udp(remote=far.local)
        near.send(b"x")
        _, remote = far.recvfrom()
        far.send(b"y", remote)
        assert near.recv() == b"y"
    assert {s["internal"].split(":")[0]: s["expires-in"]
            for s in lab.sessions()} == {address: 90,
                                         lab.clients[1].address: 60}
    done = lab.ask("unset", "--client", address, "--all")
    assert done.stdout == "1 session now lapses sooner\n"
    assert {s["expires-in"] for s in lab.sessions()} == {60}


def test_as_a_whole_or_not_at_all(lab):
    """A mistake changes nothing, and what cannot change is named."""
    lab = lab()
    before = lab.lapse("get")
    number = lab.one("status")["events"]
    for words, named in ((["udp-timeout=1s", "mapping=round"], "mapping"),
                         (["udp-timeout=1s", "max-sessions=7"],
                          "nat.max-sessions"),
                         (["wan.interface=eth7"], "wan.interface"),
                         (["queue.number=1"], "queue.number"),
                         (["profile=no-such"], "no-such")):
        done = lab.ask("set", *words)
        assert done.returncode == 3, words
        assert named in done.stderr
    assert lab.ask("set", "--client", "nobody", "mapping=eim").returncode == 2
    assert lab.ask("profile", "use", "no-such").returncode == 3
    assert lab.lapse("get") == before
    assert not lab.lapse("events", "--after", number)


def test_reload_keeps_what_was_set(lab):
    """The file below, what was set on top; by SIGHUP and by the command."""
    lab = lab()
    lab.one("set", "icmp-timeout=7s")
    lab.settings["nat"] = {"icmp-timeout": "8s", "udp-timeout": "9m"}
    lab.configure()
    number = lab.one("status")["events"]
    lab.lapsed.send_signal(signal.SIGHUP)
    event = lab.one("wait", "settings-changed", "--after", number,
                    "--timeout", "20s")
    assert event["reason"] == "reload"
    rows = {r["setting"]: r for r in lab.lapse("get", "nat")}
    assert (rows["nat.icmp-timeout"]["value"],
            rows["nat.icmp-timeout"]["layer"]) == ("7s", "set")
    assert (rows["nat.udp-timeout"]["value"],
            rows["nat.udp-timeout"]["layer"]) == ("540s", "file")
    lab.one("unset", "icmp-timeout")
    assert lab.one("get", "icmp-timeout")["value"] == "8s"
    lab.configure("nat: {udp-timeout: soon}")
    assert lab.ask("reload").returncode == 3
    assert lab.one("get", "udp-timeout")["value"] == "540s"


def test_rotate_the_event_log(lab):
    """After SIGUSR1, events go to a new file, and none is lost."""
    lab = lab(start=False)
    path = lab.path("events.ndjson")
    lab.settings["log"]["events"] = path
    lab.start()

    def events(name):
        with open(name, encoding="utf-8") as f:
            return [json.loads(line)["event"] for line in f]

    lab.clock("freeze")
    lab.until(lambda: events(path) == ["clock-changed"])
    os.rename(path, path + ".1")
    lab.lapsed.send_signal(signal.SIGUSR1)
    lab.until(lambda: os.path.exists(path))
    lab.one("set", "udp-timeout=1m")
    lab.until(lambda: events(path) == ["settings-changed"])
    assert events(path + ".1") == ["clock-changed"]


def test_who_had_it(lab):
    """An external endpoint and a time name the client, after its end too."""
    lab = lab(clients=2, udp_initial_timeout="60s", settings={
        "clients": {"phone": {"match": "192.168.77.2"}}})
    lab.clock("freeze")
    near = lab.client.udp(remote=(lab.server_address, 7000))
    lab.clock("advance", "100s")
    near.send(b"x")
    lab.until(lambda: lab.lapse("mappings"))
    mapping = lab.one("mappings")
    external, began = mapping["external"], lab.clock("show")["time"]
    lab.clock("advance", "60s")
    assert not lab.lapse("mappings")
    row = lab.one("who", external, "--at", began + 30)
    assert (row["internal"], row["client"], row["protocol"]) == (
        mapping["internal"], "phone", "udp")
    assert round(row["until"] - row["from"], 3) == 60
    assert not lab.lapse("who", external, "--at", began + 61)
    assert not lab.lapse("who", external, "--protocol", "tcp", "--at",
                         began + 30)
    assert f"{external} udp is {mapping['internal']} (phone)" in lab.ask(
        "who", external, "--at", began + 30).stdout
    assert lab.ask("who", external).stdout == f"{external}: nobody\n"
    assert lab.ask("who", "nonsense").returncode == 2

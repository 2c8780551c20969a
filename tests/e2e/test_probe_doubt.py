# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse probe takes nothing for found that only a lost packet said"""

import os
import signal
import subprocess

import pytest

from host import SLOW, poll
from lab import SERVER, SERVER2
from test_probe import LAPSE, PORT, SETS, TIMERS, Serving, begin, finish

# What the profile of the labs has.
TRUE = {"mapping": "eim", "filtering": "eif", "port-allocation": "random",
        "address-pooling": "paired", "hairpin": "external",
        "refresh": "outbound", "expiry-notify": "none",
        "stray-outbound": "drop"}


def check(found, **true):
    """What was found may be less than the truth, but nothing else."""
    true = {**TRUE, **true}
    wrong = [found["nat." + name] for name in SETS
             if true[name] not in found["nat." + name]["possible"]]
    for name in TIMERS:
        row = found["nat." + name]
        if row["at-most"] is not None and name not in true:
            wrong.append(row)
    assert not wrong, wrong


def warmed_up(net):
    """The sessions of UDP flows that have had their packets both ways, and
    are idle now, but for one, that of the client's greetings."""
    return [s for s in net.sessions("protocol=udp")
            if s["packets-in"] >= 7 and s["idle"] > 0.4]


@pytest.mark.parametrize("how", ["kill", "end", "restart", "stop"])
def test_server_ends(lab, how):
    """No timer has run out because the server did."""
    net = lab()
    serving = Serving(net, "--alternate", SERVER2)
    proc = begin(net.client, "--rate", "400", maximum="5s")
    poll(lambda: len(warmed_up(net)) >= 15, 20, "flows of UDP are silent")
    if how == "stop":
        serving.proc.send_signal(signal.SIGSTOP)
    elif how == "kill":
        serving.proc.kill()
    else:
        serving.stop()
    if how == "restart":
        serving = Serving(net, "--alternate", SERVER2)
    found, err = finish(proc)
    check(found)
    assert "are left out" in err
    assert found["nat.udp-timeout"]["unsure"] > 5
    if how == "stop":
        serving.proc.send_signal(signal.SIGCONT)
    if how in ("stop", "restart"):
        serving.stop()


def test_client_stops(lab):
    """A client that was stopped meanwhile has missed nothing."""
    net = lab()
    serving = Serving(net, "--alternate", SERVER2)
    proc = begin(net.client, "--rate", "400", maximum="10s")
    poll(lambda: len(warmed_up(net)) >= 25, 20, "flows of UDP are silent")
    proc.send_signal(signal.SIGSTOP)
    poll(lambda: max(net.sessions("protocol=udp"),
                     key=lambda s: s["packets-out"])["idle"] > 7, 20,
         "the last greeting is old, and much has been sent since")
    proc.send_signal(signal.SIGCONT)
    found, _ = finish(proc)
    check(found)
    for name in TIMERS:
        assert found["nat." + name]["misfits"] == 0, found["nat." + name]
    serving.stop()


def greetings(net):
    """How many the client has sent so far, or some more."""
    return max((s["packets-out"] for s in net.sessions("protocol=udp")),
               default=0)


def tcp_silent(net, seconds, what):
    """Wait until the first of the client's connections is so long silent."""
    poll(lambda: len(net.sessions("protocol=tcp")) > 9, 20, "connections")
    poll(lambda: max(s["idle"] for s in net.sessions("protocol=tcp")) >
         seconds, 20, what)


def cut(net, host, n, what):
    """Let nothing reach a host while the client sends so many greetings."""
    if host.run("iptables", "-A", "INPUT", "-j", "DROP",
                check=False).returncode:
        pytest.skip("this kernel has no iptables")
    known = greetings(net)
    poll(lambda: greetings(net) > known + n, 20, what)
    host.run("iptables", "-F", "INPUT")


def test_way_fails_at_strays(lab):
    """A RST that the way has lost is not taken for one that none has sent."""
    net = lab(stray_outbound="remap", tcp_idle_timeout="4s")
    serving = Serving(net)
    proc = begin(net.client, "--rate", "400", "--min", "3s", maximum="9s")
    tcp_silent(net, 2, "they are silent")
    # until the client knows of a few that they have expired, and before it
    # speaks again: four greetings are a second
    known = greetings(net)
    poll(lambda: greetings(net) > known + 14, 20, "greetings")
    cut(net, net.server, 20, "greetings without answer")
    found, _ = finish(proc)
    assert "remap" in found["nat.stray-outbound"]["possible"], found
    serving.stop()


def test_unreachable_in_silence(lab):
    """That a router has found no way once is no RST that tells of an expiry.
    """
    net = lab()
    serving = Serving(net)
    # the acknowledgement after which the client is silent, at times
    if net.server.run("iptables", "-A", "INPUT", "-p", "tcp", "--tcp-flags",
                      "ALL", "ACK", "-m", "length", "--length", "52", "-m",
                      "statistic", "--mode", "random", "--probability", "0.5",
                      "-j", "REJECT", "--reject-with",
                      "icmp-host-unreachable", check=False).returncode:
        pytest.skip("this kernel refuses nothing at random")
    found, _ = finish(begin(net.client, maximum="6s"))
    check(found)
    assert found["nat.tcp-idle-timeout"]["told-by-rst"] is None
    serving.stop()


def test_way_fails_at_expiry(lab):
    """That nobody was told of it shows nothing if nobody could be."""
    net = lab(expiry_notify="internal", tcp_idle_timeout="4s")
    serving = Serving(net)
    proc = begin(net.client, "--rate", "400", "--min", "3s", maximum="12s")
    tcp_silent(net, 3.3, "the first are about to expire")
    cut(net, net.client, 14, "all have expired")
    found, _ = finish(proc)
    assert "internal" in found["nat.expiry-notify"]["possible"], found
    assert found["nat.tcp-idle-timeout"]["at-most"], found
    serving.stop()


def lose(net, part):
    """Let packets be lost before and behind the server."""
    for chain in ("INPUT", "OUTPUT"):
        done = net.server.run(
            "iptables", "-A", chain, "-m", "statistic", "--mode", "random",
            "--probability", str(part), "-j", "DROP", check=False)
        if done.returncode:
            pytest.skip("this kernel loses no packets at random")


def test_loss(lab):
    """Timers that do not end have no end, whatever is lost."""
    net = lab(clients=5)
    serving = Serving(net, "--alternate", SERVER2)
    lose(net, 0.06)
    runs = [begin(client, maximum="4s") for client in net.clients]
    for proc in runs:
        check(finish(proc)[0])
    serving.stop()


def test_loss_and_short_timers(lab):
    """A mapping that expires between two questions is not taken for two."""
    net = lab(clients=3, udp_initial_timeout="1s", udp_timeout="2s",
              tcp_idle_timeout="3s", hold_down_timeout="0s")
    serving = Serving(net, "--alternate", SERVER2)
    lose(net, 0.15)
    runs = [begin(client, maximum="4s") for client in net.clients]
    for proc in runs:
        check(finish(proc)[0], **{name: None for name in TIMERS})
    serving.stop()


def test_interrupted_early(lab):
    """What is printed is true, however little it is."""
    net = lab()
    serving = Serving(net, "--alternate", SERVER2)
    for sockets in (1, 3, 8, 14, 18, 24, 30, 35):
        net.lapse("flush")
        proc = begin(net.client, maximum="60s")
        poll(lambda n=sockets: len(net.sessions("protocol=udp")) >= n, 20,
             "so many sessions")
        proc.send_signal(signal.SIGINT)
        found, _ = finish(proc)
        check(found)
        assert found[None]["interrupted"]
    serving.stop()


@pytest.mark.parametrize("limit", [22, 27, 33])
def test_few_sessions(lab, limit):
    """A NAT that refuses sessions is not taken for a filter, nor for one that
    does not hairpin."""
    net = lab(sessions_per_subscriber=str(limit), on_exhaustion="drop")
    serving = Serving(net, "--alternate", SERVER2)
    found, _ = finish(begin(net.client, "--flows", "50", maximum="2s"))
    check(found)
    serving.stop()


def test_many_addresses(lab):
    """More addresses than a message has room for proofs."""
    pool = {"wan": {"pool": ["198.51.100.10-198.51.100.49"]}}
    net = lab(settings=pool, address_pooling="arbitrary")
    serving = Serving(net, "--alternate", SERVER2)
    found, _ = finish(begin(net.client, maximum="4s"))
    check(found, **{"address-pooling": "arbitrary"})
    for name in ("udp-timeout", "tcp-idle-timeout"):
        row = found["nat." + name]
        assert row["unanswered"] == row["unsure"] == 0, row
        assert row["above"] == 4, row
    serving.stop()


def test_no_nat(lab, tmp_path):
    """Where nothing is translated no NAT is described."""
    net = lab(start=False)
    net.gateway.sysctl("net.ipv4.ip_forward", 1)
    net.server.ip("route add 192.168.77.0/24 via 198.51.100.1")
    serving = Serving(net, "--alternate", SERVER2)
    path = str(tmp_path / "none.yaml")
    found, err = finish(begin(net.client, "--profile-out", path,
                              maximum="2s"))
    assert "there is no NAT" in err and not found[None]["translated"]
    for name in ("mapping", "port-allocation", "address-pooling", "hairpin"):
        assert found["nat." + name]["value"] is None
    assert found["pool-size"]["value"] is None
    assert found["nat.filtering"]["possible"] == ["eif"]
    with open(path, encoding="utf-8") as f:
        assert "No address was translated" in f.read()
    serving.stop()


def test_profile_out(lab, tmp_path):
    """That it cannot be written is known before the measurement; and a file
    is not lost to one that fails."""
    net = lab(start=False)
    _, err = finish(begin(net.client, "--profile-out",
                          str(tmp_path / "none" / "p.yaml")), code=1)
    assert "cannot write" in err and "No such file" in err
    new, old = tmp_path / "new.yaml", tmp_path / "old.yaml"
    old.write_text("old\n", encoding="utf-8")
    runs = [begin(net.client, "--profile-out", str(path))
            for path in (new, old)]
    for proc in runs:
        _, err = finish(proc, code=1)
        assert "no answer" in err
        assert "can be loaded" not in err
    assert not new.exists()
    assert old.read_text(encoding="utf-8") == "old\n"
    names = ("My_Train.yaml", "train", "train.yml", ".yaml")
    runs = [begin(net.client, "--profile-out", str(tmp_path / name))
            for name in names]
    for name, proc in zip(names, runs):
        _, err = finish(proc, code=1)
        assert f"{name} can be loaded only under another name" in err


# Asks from one address for many flows, and counts the ACKs.
ASKS = """
import socket, struct, sys
address, server, port, n = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
def message(kind, flow=0, delay=0, proof=0):
    return struct.pack(">IBBHQIIIIHHI8Q", 0x4c505231, kind, 0, 0, 7, flow,
                       delay, 0, 0, 0, 0, 0, proof, *[0] * 7)
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind((address, 0))
sock.connect((server, port))
sock.settimeout(5)
sock.send(message(1))
proof, = struct.unpack_from(">Q", sock.recv(200), 40)
base = int(address.split(".")[3]) << 16
for flow in range(n):
    sock.send(message(3, base + flow, 3600000, proof))
    try:
        assert sock.recv(200)[4] == 4
    except TimeoutError:
        sys.exit(f"{flow} were taken")
"""


def test_many_clients(lab):
    """The flows of some clients leave room for those of others."""
    net = lab(start=False)
    serving = Serving(net)
    hosts = [f"198.51.100.{n}" for n in range(100, 106)]
    net.server.ip(*[f"address add {a}/24 dev eth0" for a in hosts])
    runs = [net.server.start("/usr/bin/python3", "-c", ASKS, a, SERVER,
                             str(PORT), "4000", stderr=subprocess.PIPE)
            for a in hosts]
    for proc in runs:
        _, err = proc.communicate(timeout=60 * SLOW)
        assert proc.returncode == 0, err
    assert serving.stop()["too-many"] == 0


# Opens connections from one address, and says how many stay open.
OPENS = """
import select, socket, sys
address, server, port, n = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
socks = []
for _ in range(n):
    socks.append(socket.create_connection((server, port), 5, (address, 0)))
    ended = select.select([socks[-1]], [], [], 0.01)[0]
    if ended:
        socks.pop().close()
print(len(socks), flush=True)
sys.stdin.read()
"""


def test_connections_of_one(lab):
    """The connections of one address leave room for those of others."""
    net = lab(start=False)
    proc = net.server.start(
        "sh", "-c", f"ulimit -n 600; exec {LAPSE} --json probe serve "
        f"--listen {SERVER}", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while proc.stderr.readline() not in ("ready\n", ""):
        pass
    opening, stay = [], []
    for address, n in ((SERVER2, 580), (SERVER, 128)):
        opening.append(net.server.start(
            "/usr/bin/python3", "-c", OPENS, address, SERVER, str(PORT),
            str(n), stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        stay.append(int(opening[-1].stdout.readline()))
    for one in opening:
        one.communicate(timeout=20 * SLOW)
    proc.send_signal(signal.SIGTERM)
    proc.communicate(timeout=20 * SLOW)
    assert stay[0] < 400 and stay[1] == 128, stay


def test_few_files(lab):
    """A server that may open few files refuses connections, and goes on; a
    client says why its flows are few."""
    net = lab()
    proc = net.server.start(
        "sh", "-c", f"ulimit -n 40; exec {LAPSE} --json probe serve "
        f"--listen {SERVER}", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while proc.stderr.readline() not in ("ready\n", ""):
        pass
    streams = [net.server.connect((SERVER, PORT), (SERVER2, 0))
               for _ in range(40)]
    assert streams[-1].recv() == b""            # closed before its 10 s
    client = net.client.start(
        "sh", "-c", f"ulimit -n 30; exec {LAPSE} probe run --server {SERVER} "
        "--max 6s", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = client.communicate(timeout=90 * SLOW)
    assert client.returncode == 0 and "nat.mapping" in out
    assert "ulimit -n" in err and os.strerror(24) in err
    proc.send_signal(signal.SIGTERM)
    out, err = proc.communicate(timeout=20 * SLOW)
    assert proc.returncode == 0, err


@pytest.mark.parametrize("how", ["rebind", "reboot"])
def test_nat_changes(lab, how):
    """No timer has run out because the NAT forgot all that it knew."""
    net = lab()
    serving = Serving(net, "--alternate", SERVER2)
    proc = begin(net.client, "--rate", "400", maximum="12s")
    poll(lambda: len(warmed_up(net)) >= 25, 20, "flows of UDP are silent")
    net.lapse("fault", how)
    found, err = finish(proc)
    check(found)
    assert "are left out" in err
    serving.stop()


def test_nat_changes_again(lab):
    """Nor because it has forgotten all once more, when what was made anew
    after the first time is all of one age."""
    net = lab()
    serving = Serving(net, "--alternate", SERVER2)
    proc = begin(net.client, "--rate", "400", maximum="12s")
    # four greetings are a second: before the flows of UDP are silent, and
    # after what is never idle has been begun
    poll(lambda: greetings(net) > 9, 20, "greetings")
    net.lapse("fault", "reboot")
    poll(lambda: len(net.sessions("protocol=udp")) > 25, 20, "flows go on")
    poll(lambda: greetings(net) > 9 and len(
        [s for s in net.sessions("protocol=udp") if s["idle"] > 0.8]) > 25, 20,
         "flows of UDP are silent")
    net.lapse("fault", "reboot")
    found, _ = finish(proc)
    check(found)
    assert found["nat.udp-timeout"]["unsure"] > 5, found["nat.udp-timeout"]
    serving.stop()


def test_nat_that_nothing_renews(lab):
    """Two mappings that end at one time by chance are no NAT that forgets all:
    another time one of them ends alone."""
    net = lab(udp_timeout="4s", udp_initial_timeout="3s", tcp_idle_timeout="4s")
    serving = Serving(net, "--alternate", SERVER2)
    proc = begin(net.client, "--rate", "400", maximum="20s")

    def lively():
        """Those that greet all the time, the first begun first."""
        all_of_them = [s for s in net.sessions("protocol=udp")
                       if s["packets-out"] > 14 and s["idle"] < 0.4]
        return sorted(all_of_them, key=lambda s: s["age"], reverse=True)

    poll(lambda: len(lively()) > 2, 20, "three greet")
    _, first, second = [s["internal"] for s in lively()]
    for who in (second, first):
        net.lapse("kill", "protocol=udp", f"internal={who}")
    # the second has begun anew then, and is some seconds old
    poll(lambda: len(lively()) > 2, 20, "three greet again")
    net.lapse("kill", "protocol=udp", f"internal={first}")
    found, err = finish(proc)
    assert "are left out" not in err, err
    for name in TIMERS:
        assert found["nat." + name]["at-most"] <= 5, found["nat." + name]
    serving.stop()

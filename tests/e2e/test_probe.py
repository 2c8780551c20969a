# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse probe finds what a NAT was told to be, and what the kernel's is"""

import json
import os
import random
import shutil
import signal
import struct
import subprocess
import tempfile

import pytest

import lab as labs
from host import SLOW, poll
from lab import BUILD, SERVER, SERVER2

LAPSE = os.path.join(BUILD, "lapse")
PORT = 7177
TIMERS = ("udp-initial-timeout", "udp-timeout", "tcp-idle-timeout")
SETS = ("mapping", "filtering", "port-allocation", "address-pooling",
        "hairpin", "refresh", "expiry-notify", "stray-outbound")
# Behaviours that no shipped profile has, or not in every combination.
OTHERS = [
    {"mapping": "adm", "filtering": "adf", "port-allocation": "parity",
     "hairpin": "external", "refresh": "inbound", "expiry-notify": "external",
     "stray-outbound": "icmp"},
    {"mapping": "adm", "filtering": "eif", "port-allocation": "sequential",
     "hairpin": "internal", "refresh": "both", "expiry-notify": "both",
     "stray-outbound": "remap"},
    {"mapping": "apdm", "filtering": "eif", "port-allocation": "preservation",
     "hairpin": "internal", "refresh": "both", "expiry-notify": "none",
     "stray-outbound": "rst"},
    {"mapping": "eim", "filtering": "adf", "port-allocation": "random",
     "hairpin": "off", "refresh": "none", "expiry-notify": "internal",
     "stray-outbound": "drop"},
]


class Serving:
    """A server of probes on the lab's server."""

    def __init__(self, lab, *arguments):
        self.proc = lab.server.start(
            LAPSE, "--json", "probe", "serve", "--listen", SERVER, *arguments,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self.proc.stderr.readline() == "ready\n"

    def stop(self):
        """End it; Return: its counters."""
        self.proc.send_signal(signal.SIGTERM)
        out, err = self.proc.communicate(timeout=20 * SLOW)
        assert self.proc.returncode == 0, err
        return json.loads(out)


def begin(client, *arguments, maximum="12s"):
    """Start a measurement from a client."""
    return client.start(LAPSE, "--json", "probe", "run", "--server", SERVER,
                        "--max", maximum, *arguments, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE)


def finish(proc, code=0):
    """Wait for it: its rows by setting (None: the run), and its messages."""
    out, err = proc.communicate(timeout=90 * SLOW)
    assert proc.returncode == code, (proc.returncode, err)
    rows = [json.loads(line) for line in out.splitlines()]
    return {row.get("setting"): row for row in rows}, err


def seconds(text):
    """A duration of the settings in seconds."""
    assert text.endswith("s"), text
    return float(text[:-1])


def check_timers(found, nat):
    """Each within 5 % or 1 s, whichever is larger; a list of what is not."""
    wrong = []
    for name in TIMERS:
        row, true = found["nat." + name], seconds(nat[name])
        if row["value"] is None or row["bound"] or \
                abs(seconds(row["value"]) - true) > max(1, true * 0.05):
            wrong.append((name, true, row))
    return wrong


def can_be_seen(name, nat):
    """Whether a behaviour can be seen from outside at all."""
    if name == "hairpin":
        return nat["mapping"] == "eim" or nat["filtering"] == "eif" or \
            nat["port-allocation"] == "preservation"
    if name == "stray-outbound":    # the client's connection has ended before
        return nat["expiry-notify"] not in ("internal", "both")
    if name == "address-pooling":   # one block is on one address
        return "port-block-size" not in nat
    if name == "refresh":           # takes more flows than that has ports
        return not has_few(nat)
    return True


def has_few(nat):
    """Whether the default number of flows is too much for it."""
    return nat.get("port-block-size") == "64"


def check_sets(found, nat):
    """Each is decided and right, or cannot be; a list of what is not."""
    wrong = []
    for name in SETS:
        row, true = found["nat." + name], nat[name]
        right = true in row["possible"]
        if can_be_seen(name, nat):
            right = row["possible"] == [true] and row["decided"]
        if not right and not (name == "address-pooling" and
                              not can_be_seen(name, nat)):
            wrong.append((name, true, row))
    return wrong


def profiles():
    """The names of those shipped."""
    folder = os.path.join(labs.SOURCE, "conf", "profiles")
    return sorted(f[:-5] for f in os.listdir(folder) if f.endswith(".yaml"))


def profile_nat(name):
    """What a profile says of the NAT, by name."""
    done = subprocess.run([LAPSE, "--json", "profile", "show", name],
                          check=True, capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["setting"][4:]: row["value"] for row in rows
            if row["setting"].startswith("nat.") and
            row["class"] != "default"}


def prepare(lab, who):
    """Give each client its NAT, by its MAC: it has two addresses."""
    clients = {}
    for number, (client, (profile, nat)) in enumerate(zip(lab.clients, who)):
        link, = json.loads(client.run("ip", "-j", "link", "show",
                                      "eth0").stdout)
        client.twin = f"192.168.77.{100 + number}"
        client.ip(f"address add {client.twin}/24 dev eth0")
        clients[f"c{number}"] = {"match": link["address"],
                                 "profile": profile, "nat": nat}
    lab.settings["clients"] = clients
    lab.start()


def shortened(number):
    """Timers of a few seconds, not the same for all."""
    return {"udp-initial-timeout": f"{2 + number % 3}s",
            "udp-timeout": f"{3 + number % 4}s",
            "tcp-idle-timeout": f"{3 + number % 5}s"}


def wanted_of(who):
    """What is to be found: the defaults, the profile, what is over it."""
    defaults = {"refresh": "outbound", "address-pooling": "paired"}
    base = profile_nat(who[0])
    return {**defaults, **base, **who[1]}


def probe_all(lab, groups, folder):
    """Labs in which each client has a NAT of its own, all measured at once,
    each to a profile in that folder; what was found, in their order."""
    pool = {"wan": {"pool": ["198.51.100.10-198.51.100.13"]}}
    runs, servings = [], []
    for group, how in zip(groups, (None, pool)):
        net = lab(clients=len(group), settings=how, start=False)
        prepare(net, group)
        servings.append(Serving(net, "--alternate", SERVER2))
        for client, who in zip(net.clients, group):
            runs.append(begin(
                client, "--local", f"{client.address},{client.twin}",
                "--flows", "55" if has_few(wanted_of(who)) else "350",
                "--profile-out", os.path.join(folder, f"n{len(runs)}.yaml")))
    found = []
    for proc in runs:
        rows, err = finish(proc)
        assert "never answered" not in err
        found.append(rows)
    for serving in servings:
        stats = serving.stop()
        assert stats["bad"] == stats["unproven"] == stats["too-fast"] == 0
    return found


def test_every_profile(lab, tmp_path, monkeypatch):
    """
    All shipped profiles with short timers, and some more: each is found. Then
    the profiles that were written: each, loaded, is found the same.
    """
    who = [(name, shortened(i)) for i, name in enumerate(profiles())]
    who += [("rfc-compliant", {**shortened(i), "udp-timeout": "5s", **nat})
            for i, nat in enumerate(OTHERS)]
    one = [w for w in who if wanted_of(w)["address-pooling"] == "paired" and
           "port-block-size" not in wanted_of(w)]
    several = [w for w in who if w not in one]
    assert len(one) > 15 and len(several) > 8
    first = probe_all(lab, (one, several), str(tmp_path))
    wrong = {}
    for that, found in zip(one + several, first):
        nat = wanted_of(that)
        bad = check_sets(found, nat) + check_timers(found, nat)
        if bad:
            wrong[str(that)] = bad
    assert not wrong, json.dumps(wrong, indent=1)

    monkeypatch.setenv("LAPSE_PROFILE_PATH", str(tmp_path))
    written = [(f"n{i}", {}) for i in range(len(first))]
    again = tmp_path / "again"
    again.mkdir()
    second = probe_all(lab, (written[:len(one)], written[len(one):]),
                       str(again))
    for that, before, after in zip(one + several, first, second):
        for name in SETS:
            row = "nat." + name
            if before[row]["decided"]:
                # on a slow machine less may be decided, but nothing
                # that contradicts
                assert set(before[row]["possible"]) <= \
                    set(after[row]["possible"]), \
                    (that, before[row], after[row])
        measured = {name: before["nat." + name]["value"] for name in TIMERS}
        assert not check_timers(after, measured), (that, before, after)


KERNEL = {"udp-initial-timeout": "3s", "udp-timeout": "5s",
          "tcp-idle-timeout": "6s", "filtering": "apdf",
          "port-allocation": "preservation", "address-pooling": "paired",
          "refresh": "both", "expiry-notify": "none",
          "stray-outbound": "remap", "mapping": "apdm", "hairpin": "off"}


def test_kernel(lab):
    """
    MASQUERADE. That it is no EIM shows where two want one port; from one
    address its mapping cannot be told, for ports are kept, and is not.
    """
    net = lab(clients=2, start=False)
    gateway = net.gateway
    if gateway.run("iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "wan",
                   "-j", "MASQUERADE", check=False).returncode:
        pytest.skip("this kernel has no MASQUERADE")
    gateway.sysctl("net.ipv4.ip_forward", 1)
    for name, value in (("udp_timeout", 3), ("udp_timeout_stream", 5),
                        ("tcp_timeout_established", 6)):
        gateway.sysctl("net.netfilter.nf_conntrack_" + name, value)
    net.client.ip("address add 192.168.77.100/24 dev eth0")
    serving = Serving(net, "--alternate", SERVER2)
    both = begin(net.client, "--local", "192.168.77.2,192.168.77.100")
    single, _ = finish(begin(net.clients[1], maximum="2s"))
    found, _ = finish(both)
    serving.stop()
    assert not check_timers(found, KERNEL)
    assert not check_sets(found, KERNEL)
    row = single["nat.mapping"]
    assert row["possible"] == ["eim", "adm", "apdm"] and not row["decided"]
    assert row["value"] is None and row["class"] is None
    assert "internal one" in row["text"]
    assert single["nat.filtering"]["possible"] == ["apdf"]


def test_bounds_and_one_address(lab, tmp_path):
    """Timers beyond the longest time are lower bounds, and said to be; one
    server address leaves open what only two can tell."""
    net = lab(udp_timeout="60s", udp_initial_timeout="60s",
              tcp_idle_timeout="60s")
    serving = Serving(net)
    path = str(tmp_path / "bound.yaml")
    found, _ = finish(begin(net.client, "--profile-out", path, maximum="3s"))
    assert found["nat.mapping"]["possible"] == ["eim", "adm"]
    assert found["nat.mapping"]["class"] == "assumed"
    assert found["nat.filtering"]["possible"] == ["eif", "adf"] \
        or found["nat.filtering"]["possible"] == ["apdf"]
    assert found["nat.stray-outbound"]["possible"] == \
        ["remap", "drop", "rst", "icmp"]
    for name in TIMERS:
        row = found["nat." + name]
        assert row["bound"] == "lower" and row["above"] == 3
        assert row["at-most"] is None and "lower bound" in row["text"]
    assert not found[None]["two-addresses"]
    # what the table tells of ports, JSON does too
    row = found["nat.port-block-size"]
    assert row["value"] is None and "external ports" in row["text"]
    with open(path, encoding="utf-8") as f:
        text = f.read()
    assert text.count("lower bound: ") == 4     # the pool's size is one, too
    assert "stray-outbound" not in text
    serving.stop()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(lab, tmp_path, how):
    """What is known by then is printed, and written."""
    net = lab()
    serving = Serving(net, "--alternate", SERVER2)
    path = str(tmp_path / "part.yaml")
    proc = begin(net.client, "--profile-out", path, maximum="600s")
    # TCP comes after the behaviours are known
    poll(lambda: net.sessions("protocol=tcp"), 20, "the first connection")
    proc.send_signal(how)
    found, err = finish(proc)
    assert found[None]["interrupted"] and "never answered" not in err
    assert found["nat.mapping"]["possible"] == ["eim"]
    assert found["nat.tcp-idle-timeout"]["at-most"] is None
    with open(path, encoding="utf-8") as f:
        assert "interrupted" in f.read()
    serving.stop()


def test_server_of_an_ordinary_user(lab):
    """It serves; whether it may have its filter, is the kernel's choice, and
    if not, what it cannot tell is left open."""
    net = lab(udp_timeout="3s", udp_initial_timeout="2s",
              tcp_idle_timeout="3s", stray_outbound="remap")
    folder = tempfile.mkdtemp(prefix="lapse-probe-")
    try:
        os.chmod(folder, 0o755)
        program = shutil.copy(LAPSE, folder)
        proc = net.server.start(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            program, "--json", "probe", "serve", "--listen", SERVER,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said = proc.stderr.readline()
        bare = "no socket filter" in said
        while said and said != "ready\n":
            said = proc.stderr.readline()
        found, _ = finish(begin(net.client))
        proc.send_signal(signal.SIGTERM)
        proc.communicate(timeout=20 * SLOW)
        assert proc.returncode == 0
    finally:
        shutil.rmtree(folder)
    assert found["nat.stray-outbound"]["possible"] == \
        (["remap", "rst"] if bare else ["remap"])
    assert not check_timers(found, {"udp-initial-timeout": "2s",
                                    "udp-timeout": "3s",
                                    "tcp-idle-timeout": "3s"})


def test_small_quota(lab):
    """A NAT that refuses flows is not taken for one that forgets them."""
    net = lab(ports_per_subscriber="40", udp_timeout="5s",
              udp_initial_timeout="3s", tcp_idle_timeout="4s",
              on_exhaustion="drop", hold_down_timeout="0s")
    serving = Serving(net, "--alternate", SERVER2)
    found, err = finish(begin(net.client, maximum="8s"))
    assert "never answered" in err
    assert found["nat.udp-timeout"]["unanswered"] + \
        found["nat.udp-initial-timeout"]["unanswered"] > 0
    for name, true in (("udp-timeout", 5), ("udp-initial-timeout", 3)):
        row = found["nat." + name]
        assert (row["above"] or 0) < true and true <= (row["at-most"] or 99)
    serving.stop()


def test_no_server(lab):
    """Nobody there is an error that says so."""
    net = lab()
    _, err = finish(begin(net.client), code=1)
    assert "no answer from 198.51.100.7 port 7177" in err


def message(kind, flags=0, run=7, flow=1, delay=0, from_=0, proof=0):
    """A message as lapse-probe(7) has it."""
    return struct.pack(">IBBHQIIIIHHI8Q", 0x4c505231, kind, from_, flags, run,
                       flow, delay, 0, 0, 0, 0, 0, proof, *[0] * 7)


def test_server_bad_input(lab):
    """Noise is counted, not answered, and ends nothing."""
    net = lab(start=False)
    serving = Serving(net)
    net.client.ip("address flush dev eth0")
    rng = random.Random(1)
    far = (SERVER, PORT)
    sock = net.server.udp((SERVER2, 0))
    noise = [rng.randbytes(rng.randrange(200)) for _ in range(50)]
    noise += [message(1)[:-1], message(1) + b"x", message(0), message(99),
              message(1, flags=0x8000), message(3, delay=2 ** 32 - 1)]
    for data in noise:
        sock.send(data, far)
    for kind in (2, 4, 5, 8, 10, 11):           # what only a server says
        sock.send(message(kind), far)
    sock.send(message(3), far)                  # no proof, no answer
    sock.send(message(3, proof=1), far)
    assert sock.silent()
    streams = []
    for data in (b"GET / HTTP/1.1\r\n" + b"x" * 100, rng.randbytes(5000)):
        streams.append(net.server.connect(far, (SERVER2, 0)))
        streams[-1].send(data)
        try:
            assert streams[-1].recv() == b""    # closed
        except ConnectionResetError:
            pass
    sock.send(message(1), far)
    answer = sock.recv()
    assert len(answer) == len(message(1)) and answer[4] == 2
    proof, = struct.unpack_from(">Q", answer, 40)
    sock.send(message(3, proof=proof), far)
    kinds = [sock.recv()[4] for _ in range(3)]
    assert sorted(kinds) == [4, 5, 5]           # ACK, DATA twice
    other = net.server.udp((SERVER, 0))         # another address's proof
    other.send(message(3, proof=proof), far)
    assert other.silent()
    stats = serving.stop()
    assert stats["bad"] >= len(noise) + 2
    assert stats["wrong-way"] == 6 and stats["unproven"] == 3
    assert stats["sent"] == 4


def test_usage(tmp_path):
    """Mistakes are told, with exit 2."""
    for words, told in (
            (["probe"], "probe serve or probe run"),
            (["probe", "run"], "--server"),
            (["probe", "serve"], "--listen"),
            (["probe", "run", "--server", "192.0.2.300"], "IPv4"),
            (["probe", "run", "--server", "192.0.2.1", "--max", "10"], "330s"),
            (["probe", "run", "--server", "192.0.2.1", "--max", "1s"],
             "longer than --min"),
            (["probe", "run", "--server", "192.0.2.1", "--flows", "3"], "50"),
            (["probe", "run", "--server", "192.0.2.1", "--local",
              "192.168.100.1000,192.0.2.3"], "192.168.100.1000"),
            (["probe", "serve", "--listen", "192.0.2.1", "--alternate",
              "192.0.2.1"], "another"),
            (["probe", "run", "--server", "127.0.0.1", "--local",
              "127.0.0.2,127.0.0.2"], "another"),
            (["probe", "run", "--server", "127.0.0.1", "--listen",
              "127.0.0.1"], "--listen is for probe serve"),
            (["probe", "serve", "--listen", "192.0.2.1", "--quiet"],
             "--quiet is for probe run"),
            (["probe", "serve", "--listen", "192.0.2.1", "--server",
              "127.0.0.1"], "--server is for probe run")):
        done = subprocess.run([LAPSE, *words], text=True, check=False,
                              capture_output=True, cwd=tmp_path)
        assert done.returncode == 2 and told in done.stderr, words


def test_local_of_another(tmp_path):
    """Which address it is that this machine does not have."""
    done = subprocess.run([LAPSE, "probe", "run", "--server", "127.0.0.1",
                           "--local", "192.0.2.1"], text=True, check=False,
                          capture_output=True, cwd=tmp_path)
    assert done.returncode == 1 and "--local 192.0.2.1" in done.stderr


def test_server_by_name(user):
    """As everywhere else, a server may be named."""
    serve = (f"{user.lapse} probe serve --listen 198.51.100.7 "
             "--alternate 198.51.100.8 >/dev/null")
    done = user.exec("--server", serve, "--", user.lapse, "--json", "probe",
                     "run", "--server", "server.lab", "--max", "2s",
                     "--quiet", "--flows", "60")
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["two-addresses"] and last["translated"]
    # in a lab, whose resolver asks nobody
    done = user.exec("--", user.lapse, "probe", "run", "--server",
                     "no-such.lab", code=1)
    assert "--server no-such.lab" in done.stderr

# SPDX-License-Identifier: GPL-2.0-or-later
"""What a stranger's tool says of the NAT: coturn's turnutils_natdiscovery

The server runs `turnserver` on two addresses with two ports each, the client
RFC 5780's behaviour discovery. It must report what was set, with two limits
that lie in the method:

- It looks for hairpinning with a request from one socket to the external
  endpoint of another, which has never sent to it: filters that depend on
  addresses refuse that, whatever the hairpinning. So punch() makes the two
  sockets send to each other by turns, as peers do.
- It tells mappings apart by their ports only: a NAT that preserves ports looks
  endpoint-independent, until another client has the port (test_preservation).
"""

import itertools
import re
import signal
import subprocess

import pytest

from lab import OUTSIDE, SERVER, SERVER2, poll

MAPPINGS = {"eim": "Endpoint Independent Mapping",
            "adm": "Address Dependent Mapping",
            "apdm": "Address and Port Dependent Mapping"}
FILTERINGS = {"eif": "Endpoint Independent Filtering",
              "adf": "Address Dependent Filtering",
              "apdf": "Address and Port Dependent Filtering"}
HAIRPINS = ("external", "internal", "off")
PORT, ALT = 3478, 3479


@pytest.fixture
def stun(lab):
    """Makes a lab with a STUN server that answers from four endpoints."""
    def make(**how):
        one = lab(**how)
        with open(one.path("turnserver.log"), "w", encoding="utf-8") as log:
            one.server.start(
                "turnserver", "-n", "-L", SERVER, "-L", SERVER2, "-p",
                str(PORT), "--alt-listening-port", str(ALT), "--stun-only",
                "--no-auth", "--no-cli", "--no-tcp", "--no-tls", "--no-dtls",
                "--userdb", one.path("turndb"), "--pidfile",
                one.path("turn.pid"), "--log-file", "stdout",
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wanted = {f"{a}:{p}" for a in (SERVER, SERVER2) for p in (PORT, ALT)}
        poll(lambda: wanted <= set(one.server.run("ss", "-Hlun").stdout
                                   .split()), 20, "turnserver listens")
        # a host that hears of itself by its own internal address would take
        # that for a forgery
        one.client.sysctl("net.ipv4.conf.all.accept_local", 1)
        one.client.sysctl("net.ipv4.conf.all.rp_filter", 0)
        one.client.sysctl("net.ipv4.conf.eth0.rp_filter", 0)
        return one
    return make


class Discovery:
    """A run of the tool, begun."""

    def __init__(self, lab, *arguments):
        self.log = lab.log
        self.arguments = arguments
        self.proc = lab.client.start(
            "turnutils_natdiscovery", *map(str, arguments), SERVER,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)

    def output(self):
        """All that it printed, after its end."""
        text, _ = self.proc.communicate(timeout=120)
        self.log.write(f"natdiscovery {self.arguments}:\n{text}")
        assert self.proc.returncode == 0, text
        return text

    def verdict(self, words):
        """Its verdict, as our own word for it."""
        found, = re.findall(r"^NAT with (.*)!$", self.output(), re.M)
        verdict, = [k for k, v in words.items() if v == found]
        return verdict

    def reflexive(self):
        """The external endpoints that the server saw, in order."""
        return re.findall(r"UDP reflexive addr: (\S+)", self.output())


def discover(lab, *arguments):
    """Ask for all at once: a function that waits for (mapping, filtering,
    whether a hairpin was seen)."""
    mapping, filtering, hairpin = [
        Discovery(lab, what, *arguments) for what in ("-m", "-f", "-H")]
    return lambda: (mapping.verdict(MAPPINGS), filtering.verdict(FILTERINGS),
                    "successful hairpinning" in hairpin.output())


def named(local):
    """An endpoint, as lapse names it."""
    return "{}:{}".format(*local)


def external(lab, sock, remote):
    """By what external endpoint a socket sends to a remote one, or None."""
    rows = lab.sessions("protocol=udp", f"internal={named(sock.local)}",
                        f"remote={named(remote)}")
    if not rows:
        return None
    address, port = rows[0]["external"].rsplit(":", 1)
    return address, int(port)


def knock(lab, sender, receiver, target):
    """Send to an external endpoint; whom the receiver sees, or None."""
    fates = ("hairpin-translated", "drop-filtered", "drop-hairpin-off")
    before = lab.one("stats")
    sender.send(b"knock", target)

    def fate():
        after = lab.one("stats")
        return [f for f in fates if after[f] > before[f]]

    if lab.until(fate, "the packet's fate") != ["hairpin-translated"]:
        return None
    data, source = receiver.recvfrom()
    assert data == b"knock"
    return source


def punch(lab, address):
    """
    Two sockets of a client send to each other's external endpoint by turns,
    each to the one by which the other has just sent.

    Return: None if nothing comes through, else the sender, the source that the
    receiver saw, and what was sent to.
    """
    socks = [lab.client.udp((address, 0)) for _ in range(2)]
    socks[1].send(b"map me", (SERVER, 9))       # nobody answers
    target = lab.until(lambda: external(lab, socks[1], (SERVER, 9)))
    for turn in range(4):
        sender, receiver = socks[turn % 2], socks[1 - turn % 2]
        source = knock(lab, sender, receiver, target)
        if source:
            return sender, source, target
        target = external(lab, sender, target)
        if not target:
            return None
    return None


def expected(mapping, filtering, hairpin):
    """What the tool can see of these settings."""
    return mapping, filtering, hairpin != "off" and filtering == "eif"


def check_punch(lab, address, mapping, filtering, hairpin):
    """Peers meet if there is hairpinning, and see what was set."""
    met = punch(lab, address)
    if hairpin == "off" or (mapping, filtering) == ("apdm", "apdf"):
        assert met is None
        return
    assert met, "no packet came through"
    sender, source, target = met
    if hairpin == "internal":
        assert source == sender.local
    else:
        assert source == external(lab, sender, target)
        assert source[0] == OUTSIDE


def test_every_combination(stun):
    """27 clients, each with a NAT of its own, ask at the same time."""
    every = list(itertools.product(MAPPINGS, FILTERINGS, HAIRPINS))
    clients = {}
    for number, (mapping, filtering, hairpin) in enumerate(every):
        clients[f"c{number}"] = {
            "match": f"192.168.77.{number + 10}", "nat": {
                "mapping": mapping, "filtering": filtering,
                "hairpin": hairpin}}
    lab = stun(settings={"clients": clients})
    addresses = [c["match"] for c in clients.values()]
    lab.client.ip(*(f"address add {a}/24 dev eth0" for a in addresses))
    seen = lab.record()
    runs = [discover(lab, "-L", a) for a in addresses]
    found = [report() for report in runs]
    assert dict(zip(every, found)) == {e: expected(*e) for e in every}
    for address, combination in zip(addresses, every):
        try:
            check_punch(lab, address, *combination)
        except AssertionError as e:
            raise AssertionError(f"{combination}: {e}") from e
    seen.check()


def reload(lab, **nat):
    """New settings for the running lapsed, and nothing left of the old."""
    after = lab.one("status")["events"]
    lab.settings["nat"] = {k.replace("_", "-"): v for k, v in nat.items()}
    lab.configure()
    lab.lapsed.send_signal(signal.SIGHUP)
    lab.lapse("wait", "settings-changed", "--after", after, "--timeout",
              "10s")
    lab.lapse("flush")


def test_reload(stun):
    """One NAT for all that is changed while it runs."""
    lab = stun()
    pid = lab.lapsed.pid
    for combination in (("eim", "eif", "external"), ("adm", "adf", "internal"),
                        ("apdm", "apdf", "off"), ("apdm", "eif", "internal")):
        mapping, filtering, hairpin = combination
        reload(lab, mapping=mapping, filtering=filtering, hairpin=hairpin)
        assert discover(lab)() == expected(*combination)
        check_punch(lab, lab.client.address, *combination)
    assert lab.lapsed.pid == pid and lab.lapsed.poll() is None


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_preservation(stun, mapping):
    """
    A port-preserving NAT looks endpoint-independent to the tool, whatever it
    is. A second client with the same source port makes it show.
    """
    lab = stun(clients=2, mapping=mapping, filtering="eif",
               port_allocation="preservation")
    port = 5000

    def verdict():
        return Discovery(lab, "-m", "-L", lab.client.address, "-l", port
                         ).verdict(MAPPINGS)

    assert verdict() == "eim"
    rows = lab.lapse("mappings", f"internal={lab.client.address}:{port}")
    assert {r["external"] for r in rows} == {f"{OUTSIDE}:{port}"}
    assert len(rows) == (1 if mapping == "eim" else 2)

    # now the other client has the port, for all that the tool talks to
    lab.lapse("flush")
    lab.clock("advance", "121s")        # the port has rested
    other = lab.clients[1].udp((lab.clients[1].address, port))
    for remote in itertools.product((SERVER, SERVER2), (PORT, ALT)):
        other.send(b"mine", remote)
    lab.until(lambda: len(lab.sessions(f"client={lab.clients[1].address}"))
              == 4)
    assert verdict() == mapping
    rows = lab.lapse("mappings", f"internal={lab.clients[1].address}:{port}")
    assert {r["external"] for r in rows} == {f"{OUTSIDE}:{port}"}


@pytest.mark.parametrize("allocation", ["preservation", "random"])
@pytest.mark.parametrize("mapping", MAPPINGS)
def test_collision(stun, mapping, allocation):
    """Two clients ask from the same port: no endpoint is given twice."""
    lab = stun(mapping=mapping, port_allocation=allocation)
    second = "192.168.77.9"
    lab.client.ip(f"address add {second}/24 dev eth0")
    one, two = Discovery(lab, "-c", "-L", lab.client.address, "-l", 5000,
                         "-A", second).reflexive()
    assert one != two
    if allocation == "preservation":
        assert one == f"{OUTSIDE}:5000"


def test_lifetime(stun):
    """
    The tool waits for a while and has the server send to the old mapping: it
    is there or has lapsed, as the lapse clock says.
    """
    lab = stun(mapping="eim", filtering="eif", udp_timeout="300s",
               udp_initial_timeout="300s")
    lab.clock("freeze")
    for wait, lives in (("299s", True), ("300s", False)):
        run = Discovery(lab, "-t", "-T", 4)
        lab.until(lambda: lab.lapse("mappings"), "the first request")
        lab.until(lambda: lab.session()["packets-in"] == 1, "its answer")
        lab.clock("advance", wait)
        text = run.output()
        assert ("RFC 5780 response 2" in text) == lives
        assert ("timeout" in text) != lives
        lab.lapse("flush")

# SPDX-License-Identifier: GPL-2.0-or-later
"""What both ends of a TCP connection get to know when its session lapses

Real stacks: what read and write return, and how long it takes until they do.
The kinds are asserted; the times, real ones that include the harness's few
milliseconds, are printed only.
"""

import contextlib
import errno
import time

import pytest

from lab import poll

IDLE = 300
STACKS = {
    "timestamps": {},
    "no-timestamps": {"net.ipv4.tcp_timestamps": 0},
    "plain": {"net.ipv4.tcp_timestamps": 0, "net.ipv4.tcp_sack": 0,
              "net.ipv4.tcp_window_scaling": 0},
}


class Figures:
    """What happened, and after what time; printed at the end."""

    def __init__(self, title):
        self.title, self.times = title, {}

    def note(self, what, happened, took):
        """Something happened; the same once more adds a time to it."""
        self.times.setdefault((what, happened), []).append(took * 1000)

    def call(self, what, function, *arguments):
        """
        A call's outcome: "ok", "end", the name of an error, or "nothing" if
        it does not return in time.
        """
        began = time.monotonic()
        try:
            value = function(*arguments)
            happened = "end" if value == b"" else "ok"
        except OSError as e:
            happened = errno.errorcode[e.errno] if e.errno else "nothing"
        self.note(what, happened, time.monotonic() - began)
        return happened

    def retransmits(self, what, sock, soft=None):
        """
        Unacknowledged data that are sent again, and nothing else. A soft error
        may come between any two looks, as SO_ERROR shows it and forgets it; a
        hard one would have closed the connection.
        """
        began = time.monotonic()
        poll(lambda: sock.state()["retransmits"] >= 2, 10, what)
        state = sock.state()
        assert state["tcp"] == "established"
        assert not state["error"] or state["error"] == soft
        self.note(what, "no error, retransmits again",
                  time.monotonic() - began)

    def lines(self):
        """A line for each that happened."""
        for (what, happened), times in self.times.items():
            after = f"{times[0]:.1f} ms" if len(times) == 1 else \
                f"{min(times):.1f} to {max(times):.1f} ms ({len(times)} times)"
            yield f"   {what}: {happened}, after {after}"


@pytest.fixture
def figures(request, record_property):
    """Figures that are printed when all tests are over."""
    one = Figures(request.node.name)
    yield one
    record_property("figures", "\n".join([one.title, *one.lines()]))


@pytest.fixture
def idle(lab):
    """Makes a lab with a frozen clock, in which TCP lapses after 5 minutes."""
    def make(stack="timestamps", **nat):
        one = lab(tcp_idle_timeout=f"{IDLE}s", **nat)
        for host in (one.client, one.server):
            for name, value in STACKS[stack].items():
                host.sysctl(name, value)
        one.clock("freeze")
        return one
    return make


def chat(near, far, size=10):
    """Data in both directions, all of them acknowledged."""
    drained = far.drain(size)
    assert near.pump(size).result() == drained.result()
    drained = near.drain(size)
    assert far.pump(size, 2).result() == drained.result()


def lapse(lab, *pairs):
    """Let the sessions of all connections lapse at once."""
    for pair in pairs:
        lab.settle(*pair)
    count = len(lab.sessions("protocol=tcp"))
    assert lab.clock("advance", f"{IDLE - 1}s")["expired"] == 0
    assert lab.clock("advance", "1s")["expired"] == count == len(pairs)


# --- before the moment of expiry: what a connection may have lived through ---

def fresh(lab):
    """Connected, and not a byte sent."""
    return lab.tcp(5001)


def talked(lab):
    """A few bytes each way."""
    near, far = lab.tcp(5002)
    chat(near, far)
    return near, far


def bulk(lab):
    """So much that windows are scaled, and have opened."""
    near, far = lab.tcp(5003)
    chat(near, far, 2 << 20)
    return near, far


def download(lab):
    """Only the server has sent."""
    near, far = lab.tcp(5004)
    drained = near.drain(1 << 20)
    assert far.pump(1 << 20).result() == drained.result()
    return near, far


def unread(lab):
    """The server has sent what the client has not read yet."""
    near, far = lab.tcp(5005)
    far.send(b"unread")
    lab.settle(far)
    return near, far


LIVES = (fresh, talked, bulk, download, unread)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("notify", ["internal", "external", "both"])
def test_rst_at_expiry(idle, figures, notify, stack):
    """
    A RST at the moment of expiry. The stacks believe it, whatever went before:
    its sequence number is exactly the one that they wait for (RFC 5961), or
    they would answer with a challenge and read on.
    """
    lab = idle(stack, expiry_notify=notify)
    pairs = {life.__name__: life(lab) for life in LIVES}
    seen = {"internal": lab.record(lab.client), "external": lab.record()}
    lapse(lab, *pairs.values())

    for name, (near, far) in pairs.items():
        for side, sock in (("internal", near), ("external", far)):
            if notify not in (side, "both"):
                assert sock.state()["tcp"] == "established", name
                continue
            if name == "unread" and side == "internal":
                assert sock.recv() == b"unread"
            assert figures.call(f"{side} reads", sock.recv) == \
                "ECONNRESET", name
            assert figures.call(f"{side} writes", sock.send, b"x") == \
                "EPIPE", name
    for side, recording in seen.items():
        found = recording.packets(lambda p: p.protocol == 6)
        resets = [p for p in found if "R" in p.flags]
        if notify in (side, "both"):
            assert len(resets) == len(found) == len(pairs), \
                f"{side}: a challenge, or too few RST"
        else:
            assert not found
    seen["external"].check()
    assert lab.stat("rst-sent") == len(pairs) * (1 + (notify == "both"))


def test_rst_at_expiry_wakes_readers(idle, figures):
    """Both ends sit in a read when it happens."""
    lab = idle(expiry_notify="both")
    near, far = talked(lab)
    lab.settle(near, far)
    reads = {name: sock.host.begin("recv", sock=sock.handle, size=100,
                                   timeout=60)
             for name, sock in (("client", near), ("server", far))}
    assert lab.clock("advance", f"{IDLE - 1}s")["expired"] == 0
    assert not any(read.done.is_set() for read in reads.values())
    began = time.monotonic()
    lab.clock("advance", "1s")
    for name, read in reads.items():
        with pytest.raises(ConnectionResetError):
            read.result()
        figures.note(f"{name} reads since before, idle for {IDLE} s",
                     "ECONNRESET", time.monotonic() - began)


def test_rst_at_expiry_half_closed(idle, figures):
    """One side has closed: FINs count as a byte each."""
    lab = idle(expiry_notify="both")
    near, far = lab.tcp(5001)
    near.send(b"last words")
    near.shutdown()
    assert far.recv() == b"last words" and far.recv() == b""
    near2, far2 = lab.tcp(5002)
    far2.shutdown()
    assert near2.recv() == b""
    for sock, state in ((near, "fin-wait-2"), (far2, "fin-wait-2")):
        poll(lambda s=sock, w=state: s.state()["tcp"] == w, 5, state)
    lapse(lab, (near, far), (near2, far2))
    for name, waits, other in (("client", near, far), ("server", far2, near2)):
        assert figures.call(f"{name} has closed, reads", waits.recv) == \
            "ECONNRESET"
        assert figures.call(f"{name} has closed, the other writes",
                            other.send, b"x") == "EPIPE"


def test_rst_at_expiry_window_closed(idle, figures):
    """The client reads nothing: the server's probes meet a window of zero."""
    lab = idle(expiry_notify="both")
    near, far = lab.tcp()
    pumped = far.pump(64 << 20)
    poll(lambda: "persist" in lab.server.run(
        "ss", "-Hto", "sport", "=", ":5000").stdout, 20, "a closed window")
    assert lab.clock("advance", f"{IDLE}s")["expired"] == 1
    began = time.monotonic()
    with pytest.raises(OSError) as error:
        pumped.result()
    assert error.value.errno in (errno.ECONNRESET, errno.EPIPE)
    figures.note("the server's write", errno.errorcode[error.value.errno],
                 time.monotonic() - began)
    with contextlib.suppress(ConnectionResetError):
        while near.recv():
            pass
    assert near.state()["tcp"] == "close"


def test_silent(idle, figures):
    """
    Nobody is told. Both ends call themselves established, writes succeed,
    and the data are lost; what ends it is a timeout of the writer's own.
    """
    lab = idle(expiry_notify="none", stray_outbound="drop")
    pairs = [lab.tcp(5001), lab.tcp(5002), lab.tcp(5003)]
    for near, far in pairs:
        chat(near, far)
    seen = {"internal": lab.record(lab.client), "external": lab.record()}
    lapse(lab, *pairs)
    (near, far), (near2, far2), (near3, far3) = pairs

    assert figures.call("client reads", near.recv, 0.5) == "nothing"
    assert figures.call("server reads", far.recv, 0.1) == "nothing"
    assert figures.call("client writes", near.send, b"lost") == "ok"
    figures.retransmits("client then", near)
    assert far.silent()
    assert figures.call("server writes", far2.send, b"lost") == "ok"
    figures.retransmits("server then", far2)
    assert near2.silent()
    assert lab.stat("drop-stray-outbound") >= 2
    assert lab.stat("drop-no-mapping") + lab.stat("drop-no-session") >= 2
    near3.option("user-timeout", 1000)
    assert near3.send(b"lost") == 4
    assert figures.call("client with TCP_USER_TIMEOUT 1 s, reads",
                        near3.recv, 20) == "ETIMEDOUT"
    assert far3.state()["tcp"] == "established"
    assert not any("R" in p.flags for s in seen.values() for p in
                   s.packets(lambda p: p.protocol == 6))


@pytest.mark.parametrize("stack", STACKS)
def test_rst_on_use(idle, figures, stack):
    """The client's next segment is answered by a RST; the server knows not."""
    lab = idle(stack, stray_outbound="rst")
    pairs = [life(lab) for life in (fresh, talked, bulk, download)]
    lapse(lab, *pairs)
    seen = lab.record()
    for near, far in pairs:
        assert near.state()["tcp"] == "established"
        assert figures.call("client writes", near.send, b"lost") == "ok"
        assert figures.call("client then reads", near.recv) == "ECONNRESET"
        assert figures.call("client then writes again", near.send, b"x") == \
            "EPIPE"
        assert far.silent(0.05)
        assert far.state()["tcp"] == "established"
    assert not seen.packets(lambda p: p.protocol == 6), "the server was told"
    far = pairs[0][1]
    assert figures.call("server writes", far.send, b"lost") == "ok"
    figures.retransmits("server then", far)


def test_rst_on_use_keepalive(idle, figures):
    """The use may be the kernel's: its first probe finds it out."""
    lab = idle(stray_outbound="rst")
    near, far = lab.tcp()
    chat(near, far)
    lapse(lab, (near, far))
    for name, value in (("keepidle", 1), ("keepintvl", 1), ("keepalive", 1)):
        near.option(name, value)
    assert figures.call("client, keepalive after 1 s, reads", near.recv, 20) \
        == "ECONNRESET"


def test_icmp_on_use(idle, figures):
    """
    An ICMP host unreachable is a soft error to TCP: it tells the socket only
    that asks for it, and otherwise gives the reason when the time is up.
    """
    lab = idle(stray_outbound="icmp")
    pairs = [lab.tcp(5001), lab.tcp(5002), lab.tcp(5003)]
    for pair in pairs:
        chat(*pair)
    lapse(lab, *pairs)
    (near, _), (near2, _), (near3, _) = pairs
    assert figures.call("client writes", near.send, b"lost") == "ok"
    figures.retransmits("client then", near, "EHOSTUNREACH")
    near2.option("recverr", 1)
    assert figures.call("client with IP_RECVERR writes", near2.send, b"lost") \
        == "ok"
    assert figures.call("client with IP_RECVERR reads", near2.recv, 20) == \
        "EHOSTUNREACH"
    near3.option("user-timeout", 1000)
    assert figures.call("client with TCP_USER_TIMEOUT 1 s writes", near3.send,
                        b"lost") == "ok"
    assert figures.call("client with TCP_USER_TIMEOUT 1 s reads", near3.recv,
                        20) == "EHOSTUNREACH"
    assert lab.stat("icmp-sent") >= 3


@pytest.mark.parametrize("stack", STACKS)
def test_remap_on_use(idle, figures, stack):
    """
    The client's next segment gets a new external endpoint; the server knows
    no such connection and answers by a RST, while its own one stands.
    """
    lab = idle(stack, stray_outbound="remap")
    pairs = [life(lab) for life in (fresh, talked, bulk, download)]
    lapse(lab, *pairs)
    seen = lab.record()
    for near, far in pairs:
        before = len(seen.packets())
        assert figures.call("client writes", near.send, b"lost") == "ok"
        assert figures.call("client then reads", near.recv) == "ECONNRESET"
        first = seen.packets()[before]
        assert first.payload == b"lost" and first.sport != far.remote[1]
        assert far.silent(0.05)
        assert far.state()["tcp"] == "established"
        assert figures.call("server writes", far.send, b"lost") == "ok"
    figures.retransmits("server then", pairs[0][1])
    seen.check()

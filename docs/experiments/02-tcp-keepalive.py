#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 2: TCP keepalive against NATs that forget sooner"""

import errno
import os
import socket

from lib.carriers import FIVE, TWENTYEIGHT, check_timer
from lib.lab import SERVER, Lab
from lib.story import Story
from lib.talk import (Unexpected, arrives, beat, comes, established,
                      keepalive, probed)

IDLE, INTERVAL, PROBES = 7200, 75, 9        # Linux' defaults
NEVER = float("inf")


def after(seconds):
    """In words."""
    return "never" if seconds == NEVER else f"after {seconds:.0f} s"


def death_of(sock):
    """What a connection died of, in words; it is told once."""
    number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if established(sock):
        return "not at all"
    return {errno.ECONNRESET: "reset", errno.ETIMEDOUT: "timed out"}.get(
        number, os.strerror(number))


def forgotten(lab, client, since):
    """After how many seconds the NAT forgot the client's session."""
    inside = f"client=192.168.77.{2 + client}"
    rows = lab.events("session-deleted", inside, "protocol=tcp")
    return rows[0]["time"] - since if rows else NEVER


def through_proxy(lab, port):
    """A TCP connection by a SOCKS proxy on the client's own machine."""
    lab.client[0].program("socks.py", "1080")
    with lab.server.listen(port) as listener:
        near = lab.client[0].connect(1080, "127.0.0.1")
        near.sendall(b"\5\1\0")
        near.recv(2)
        near.sendall(b"\5\1\0\1" + socket.inet_aton(SERVER) +
                     port.to_bytes(2, "big"))
        if near.recv(10)[:2] != b"\5\0":
            raise Unexpected("the proxy does not connect")
        return near, lab.accept(listener)


story = Story("2. TCP keepalive against the NAT's timer")
story.say("""The kernel's keepalive runs on wall time and counts in seconds. So
          it is lowered here, and the lapse clock runs as much faster; times
          are lapse time.""")

story.say(f"""Linux' default: the first probe after {IDLE} s, then one each
          {INTERVAL} s, dead after {PROBES}. Scaled: {IDLE} s are 2 s at scale
          3600; from then on {INTERVAL} s are 1 s at scale 75. One client is
          behind a 5-minute NAT, where a late segment makes a new session, the
          other behind one of 28 minutes and more, where it vanishes.""")
with Lab(profile=[FIVE.profile, TWENTYEIGHT.profile], clients=2) as lab:
    short = lab.tcp(lab.client[0], 5001)[0]
    long = lab.tcp(lab.client[1], 5002)[0]
    start = lab.now()
    for sock in (short, long):
        keepalive(sock, 2, 1, PROBES)
    lab.scale(3600)
    dead = comes(lambda: lab.stat("drop-stray-outbound") and
                 not established(short))
    lab.scale(75)
    at_probe = lab.now() - start
    for client, carrier in ((0, FIVE), (1, TWENTYEIGHT)):
        gone = forgotten(lab, client, start)
        story.check(carrier.timer - 1 <= gone < IDLE,
                    f"{carrier.timer} s: the NAT has forgotten before the "
                    f"first probe, {after(gone)}",
                    f"the NAT of {carrier.timer} s forgets {after(gone)}")
    died = death_of(short)
    story.check(dead and at_probe >= 0.9 * IDLE and died == "reset",
                "5 minutes: the server does not know the probe's new port; "
                "reset at the first probe, two hours late "
                f"({at_probe:.0f} s)",
                f"5 minutes: {after(at_probe)} the first probe is not reset; "
                f"the connection ended: {died}")
    comes(lambda: not established(long))
    took, died = lab.now() - start, death_of(long)
    lost = lab.stat("drop-stray-outbound")
    story.check(died == "timed out" and lost >= PROBES,
                f"28 minutes: all {PROBES} probes vanish; timed out after "
                f"about {took:.0f} s ({IDLE} + {PROBES} * {INTERVAL} = "
                f"{IDLE + PROBES * INTERVAL})",
                f"28 minutes: {lost} probes vanished, and {after(took)} the "
                f"connection ended: {died}")

story.say("""Keepalive lowered to half of the timer: 150 s, scaled 1 s at scale
          150, and 900 s, 1 s at scale 900. Three timers pass.""")
for carrier in (FIVE, TWENTYEIGHT):
    with Lab(profile=carrier.profile) as lab:
        check_timer(story, lab, carrier)
        near, far = lab.tcp()
        half = carrier.timer // 2
        keepalive(near, 1, 1, PROBES)
        start = lab.now()
        lab.scale(half)
        comes(lambda: lab.now() - start > 3 * carrier.timer)
        lab.scale(1)
        lasted = lab.now() - start
        gone = forgotten(lab, 0, start)
        story.check(lasted > 3 * carrier.timer and gone > lasted and
                    beat(near, far) and lab.stat("sessions-created") == 1,
                    f"{carrier.name}: keepalive each {half} s keeps the "
                    f"session for {lasted:.0f} s",
                    f"{carrier.name}: with keepalive each {half} s the "
                    f"session is forgotten {after(gone)}, or does not work "
                    f"{after(lasted)}")

story.say("""The same 150 s, but through a SOCKS proxy on the client's own
          machine. The probes end at the proxy.""")
with Lab(profile=FIVE.profile) as lab:
    near, far = through_proxy(lab, 5222)
    story.check(beat(near, far), "through the proxy, data flows",
                "through the proxy no data flows")
    keepalive(near, 1, 1, PROBES)
    start = lab.now()
    lab.scale(150)
    comes(lambda: forgotten(lab, 0, start) < NEVER)
    gone = forgotten(lab, 0, start)
    story.check(FIVE.timer - 1 <= gone < NEVER,
                f"the NAT forgets the proxy's session, {after(gone)}",
                f"the NAT forgets the proxy's session {after(gone)}, not "
                f"after {FIVE.timer} s")
    before = lab.stat("drop-no-mapping")
    far.sendall(b"push")
    lost = comes(lambda: lab.stat("drop-no-mapping") > before)
    story.check(lost and not arrives(near, 3), "the server's push is lost",
                "the server's push came through")
    story.check(comes(lambda: probed(near, 4000)) and established(near),
                "keepalive's probes are answered all the time, by the proxy",
                "keepalive with the proxy is not content")
story.end("7200 s come too late for both; half the timer holds; a proxy "
          "swallows keepalive")

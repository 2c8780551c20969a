#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 2: TCP keepalive against NATs that forget sooner"""

import errno
import socket

from lib.lab import SERVER, Lab, arrives, beat, keepalive, poll, tcp_info
from lib.story import Story

FIVE, TWENTYEIGHT = "cn-mobile-2g3g-2013", "us-3g-2013"


def alive(sock):
    """Whether the kernel thinks that it is connected."""
    return tcp_info(sock, "state") == 1


def error_of(sock):
    """What a connection died of: an errno, or 0; it is told once."""
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


story = Story("2. TCP keepalive against the NAT's timer")
story.say("""The kernel's keepalive runs on wall time and counts in seconds. So
          it is lowered here, and the lapse clock runs as much faster; times
          are lapse time.""")

story.say("""Linux' default: the first probe after 7200 s, then one each 75 s,
          dead after 9. Scaled: 7200 s are 2 s at scale 3600; from then on
          75 s are 1 s at scale 75. One client is behind a 5-minute NAT, where
          a late segment makes a new session, the other behind one of 28
          minutes and more, where it vanishes.""")
with Lab(profile=[FIVE, TWENTYEIGHT], clients=2) as lab:
    short = lab.tcp(lab.client[0], 5001)[0]
    long = lab.tcp(lab.client[1], 5002)[0]
    start = lab.now()
    for sock in (short, long):
        keepalive(sock, 2, 1, 9)
    lab.scale(3600)
    poll(lambda: not lab.lapse("sessions"), "both sessions lapse")
    gone = lab.now() - start
    poll(lambda: lab.stat("drop-stray-outbound") and not alive(short),
         "the first probe")
    lab.scale(75)
    probed = lab.now() - start
    story.check(gone < 7200, "both NATs had forgotten before the first probe")
    story.check(probed >= 0.9 * 7200, "the first probe came after about "
                f"{probed:.0f} s")
    story.check(error_of(short) == errno.ECONNRESET,
                "5 minutes: the server does not know the probe's new port; "
                "reset at the first probe, two hours late")
    poll(lambda: not alive(long), "the end of the second")
    died = error_of(long)
    took = lab.now() - start
    story.check(died == errno.ETIMEDOUT and
                lab.stat("drop-stray-outbound") > 8,
                "28 minutes: all 9 probes vanish; timed out after "
                f"about {took:.0f} s (7200 + 9 * 75 = 7875)")

story.say("""Keepalive lowered to half of the timer: 150 s, scaled 1 s at scale
          150, and 900 s, 1 s at scale 900. Three timers pass.""")
for name, profile in (("5 minutes", FIVE), ("28 minutes", TWENTYEIGHT)):
    with Lab(profile=profile) as lab:
        near, far = lab.tcp()
        keepalive(near, 1, 1, 9)
        timer = lab.timer()
        start = lab.now()
        lab.scale(timer / 2)
        poll(lambda: lab.now() - start > 3 * timer or
             not lab.lapse("sessions"), "three timers pass")
        lab.scale(1)
        story.check(lab.lapse("sessions") and beat(near, far),
                    f"{name}: keepalive each {timer / 2:.0f} s keeps it")

story.say("""The same 150 s, but through a SOCKS proxy on the client's own
          machine. The probes end at the proxy.""")
with Lab(profile=FIVE) as lab:
    lab.client[0].program("socks.py", "1080")
    with lab.server.listen(5222) as listener:
        near = lab.client[0].connect(1080, "127.0.0.1")
        near.sendall(b"\5\1\0")
        assert near.recv(2) == b"\5\0"
        near.sendall(b"\5\1\0\1" + socket.inet_aton(SERVER) +
                     (5222).to_bytes(2, "big"))
        assert near.recv(10)[1] == 0
        far, _ = listener.accept()
    with far:
        story.check(beat(near, far), "through the proxy, data flows")
        keepalive(near, 1, 1, 9)
        lab.scale(150)
        poll(lambda: not lab.lapse("sessions"), "the session lapses")
        before = lab.stat("drop-no-mapping")
        far.sendall(b"push")
        poll(lambda: lab.stat("drop-no-mapping") > before, "the push is lost")
        story.check(not arrives(near, 3) and alive(near),
                    "the session lapsed all the same, the push is lost, and "
                    "keepalive with the proxy is content")
story.end("7200 s come too late for both; half the timer holds; a proxy "
          "swallows keepalive")

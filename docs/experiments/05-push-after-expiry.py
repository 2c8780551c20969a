#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 5: the server pushes, or the client speaks, after expiry"""

from lib.carriers import FIVE
from lib.lab import SERVER, Lab
from lib.story import Story
from lib.talk import arrives, comes, hear, speak

UDP = 120       # this profile's timer, seconds; assumed, by RFC 4787 REQ-5

story = Story("5. After expiry: a push is lost, a word from the client is new")


def lost(lab, push, near, times=1):
    """The server pushes; whether the NAT drops it, and nothing arrives."""
    before = lab.stat("drop-no-mapping")
    push()
    return comes(lambda: lab.stat("drop-no-mapping") >= before + times, 5) \
        and not arrives(near, 0)


story.say("""TCP: the session of an idle connection has lapsed. The server
          pushes; its TCP sends again and again.""")
with Lab(profile=FIVE.profile) as lab:
    near, far = lab.tcp()
    old = far.getpeername()[1]
    lab.advance(FIVE.timer)
    story.check(lost(lab, lambda: far.sendall(b"push"), near, 3),
                "sent three times, dropped three times, and nobody is told",
                f"after {FIVE.timer} s of silence a push and what TCP sent "
                "again were not dropped")
    story.check(not lab.lapse("sessions"), "it does not heal by itself",
                "a session is there, after all that time of silence")

    answer = speak(near, 10)
    story.check(answer == "reset", "the client speaks: the server does not "
                "know the new port and resets it",
                f"the client speaks, and what comes is {answer}, no reset")
    ports = [int(row["external"].split(":")[1])
             for row in lab.events("mapping-created", "protocol=tcp")]
    story.check(len(ports) == 2 and ports[0] == old != ports[1],
                f"from port {ports[0]} it had come, from {ports[-1]} it came "
                "now", f"it had come from port {old}, and the NAT made "
                f"mappings with {ports}")

story.say("""UDP: the server pushes to where it last heard the client.""")
with Lab(profile=FIVE.profile) as lab:
    near, far = lab.client[0].udp(), lab.server.udp(5222)
    near.connect((SERVER, 5222))
    near.send(b"hello")
    old = hear(far, "the client's hello")[1]
    far.sendto(b"welcome", old)
    hear(near, "the server's welcome")
    lab.advance(UDP)
    story.check(lost(lab, lambda: far.sendto(b"push", old), near),
                "the push is lost in silence",
                f"after {UDP} s of silence a push was not dropped")

    near.send(b"hello again")
    new = hear(far, "the client's second hello")[1]
    story.check(new != old, "the client speaks: it comes from another "
                "external endpoint", f"the client still comes from {old[0]}:"
                f"{old[1]}")
    story.check(lost(lab, lambda: far.sendto(b"push", old), near),
                "the server's old address for it stays dead",
                "a push to the old endpoint was not dropped")
    far.sendto(b"news", new)
    story.check(arrives(near, 5) and near.recv(99) == b"news",
                "only the new one reaches it",
                "a push to the new endpoint did not arrive")
story.end("pushes lost in silence for good; the client's next word comes from "
          "a new port, TCP is reset")

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 5: the server pushes, or the client speaks, after expiry"""

from lib.lab import SERVER, Lab, arrives, poll, tcp_info
from lib.story import Story

story = Story("5. After expiry: a push is lost, a word from the client is new")

story.say("""TCP: the session of an idle connection has lapsed. The server
          pushes; its TCP sends again and again.""")
with Lab(profile="cn-mobile-2g3g-2013") as lab:
    near, far = lab.tcp()
    port = far.getpeername()[1]
    lab.advance(lab.timer())
    before = lab.stat("drop-no-mapping")
    far.sendall(b"push")
    poll(lambda: tcp_info(far, "retransmits") >= 2, "two retransmissions")
    poll(lambda: lab.stat("drop-no-mapping") - before >= 3, "all dropped")
    story.check(not arrives(near, 0),
                "sent three times, dropped three times, and nobody is told")
    story.check(not lab.lapse("sessions"), "it does not heal by itself")

    near.sendall(b"hello?")
    try:
        near.recv(1)
        reset = False
    except ConnectionResetError:
        reset = True
    story.check(reset, "the client speaks: the server does not know the new "
                "port and resets it")
    made = [row for row in lab.lapse("events", "protocol=tcp")
            if row["event"] == "mapping-created"]
    story.check(len(made) == 2 and made[0]["external"] != made[1]["external"],
                f"from port {port} it had come, from "
                f"{made[-1]['external'].split(':')[1]} it came now")

story.say("""UDP: the server pushes to where it last heard the client.""")
with Lab(profile="cn-mobile-2g3g-2013") as lab:
    near, far = lab.client[0].udp(), lab.server.udp(5222)
    near.connect((SERVER, 5222))
    near.send(b"hello")
    old = far.recvfrom(99)[1]
    far.sendto(b"welcome", old)
    assert near.recv(99) == b"welcome"
    lab.advance(lab.timer("nat.udp-timeout"))

    before = lab.stat("drop-no-mapping")
    far.sendto(b"push", old)
    poll(lambda: lab.stat("drop-no-mapping") > before, "the push is dropped")
    story.check(not arrives(near, 0), "the push is lost in silence")

    near.send(b"hello again")
    new = far.recvfrom(99)[1]
    story.check(new != old, "the client speaks: it comes from another "
                "external endpoint")
    before = lab.stat("drop-no-mapping")
    far.sendto(b"push", old)
    poll(lambda: lab.stat("drop-no-mapping") > before, "it is dropped")
    story.check(not arrives(near, 0), "the server's old address for it stays "
                "dead")
    far.sendto(b"push", new)
    story.check(near.recv(99) == b"push", "only the new one reaches it")
story.end("pushes lost in silence for good; the client's next word comes from "
          "a new port, TCP is reset")

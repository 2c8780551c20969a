#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 7: from Wi-Fi to cellular in mid-connection"""

from lib.lab import SERVER, Lab, arrives, beat
from lib.story import Story

story = Story("7. Another network in mid-connection")
story.say("""A client has a TCP connection and a UDP flow. Then it leaves one
          network for another: outside, its address is a new one.""")
with Lab(profile="cn-mobile-2g3g-2013") as lab:
    near, far = lab.tcp()
    client, server = lab.client[0].udp(), lab.server.udp(6000)
    client.connect((SERVER, 6000))
    client.send(b"one")
    old = server.recvfrom(99)[1]
    story.check(old[0] == far.getpeername()[0],
                f"before, both come from {old[0]}")

    lab.lapse("fault", "new-address", "--client", "192.168.77.2")
    server.sendto(b"to the old", old)
    client.send(b"two")
    new = server.recvfrom(99)[1]
    story.check(new[0] != old[0], f"UDP goes on, from {new[0]}")
    server.sendto(b"to the new", new)
    story.check(client.recv(99) == b"to the new" and not arrives(client, 0),
                "what the server sent to the old address never came")
    story.check(not beat(near, far, 2),
                "the TCP connection is dead: it belongs to the old address")
    story.check(beat(*lab.tcp(port=5223)), "a new connection works at once")
story.end(f"UDP goes on from {new[0]} in place of {old[0]}, the TCP "
          "connection is dead")

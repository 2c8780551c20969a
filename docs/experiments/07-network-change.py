#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 7: from Wi-Fi to cellular in mid-connection"""

from lib.carriers import FIVE
from lib.lab import SERVER, Lab
from lib.story import Story
from lib.talk import arrives, beat, established, hear, speak

story = Story("7. Another network in mid-connection")
story.say("""A client has a TCP connection and a UDP flow. Then it leaves one
          network for another: outside, its address is a new one.""")
with Lab(profile=FIVE.profile) as lab:
    near, far = lab.tcp()
    client, server = lab.client[0].udp(), lab.server.udp(6000)
    client.connect((SERVER, 6000))
    client.send(b"one")
    old = hear(server, "the client's first datagram")[1]
    story.check(old[0] == far.getpeername()[0],
                f"before, both come from {old[0]}",
                f"TCP comes from {far.getpeername()[0]}, UDP from {old[0]}")

    lab.lapse("fault", "new-address", "--client", "192.168.77.2")
    server.sendto(b"to the old", old)
    client.send(b"two")
    new = hear(server, "the client's second datagram")[1]
    story.check(new[0] != old[0], f"UDP goes on, from {new[0]}",
                f"UDP still comes from {new[0]}")
    server.sendto(b"to the new", new)
    came = hear(client, "what the server sent to the new address")[0]
    story.check(came == b"to the new" and not arrives(client, 0.1),
                "what the server sent to the old address never came",
                f"the client got {came.decode()!r}")

    far.sendall(b"push")
    story.check(not arrives(near, 1) and established(far),
                "TCP: the server pushes to the old address, and is not told",
                "TCP: a push to the old address came, or the server was told")
    answer = speak(near, 5)
    story.check(answer == "reset", "TCP: the client speaks and is reset, the "
                "connection belonged to the old address",
                f"TCP: the client speaks, and what comes is {answer}, no "
                "reset")
    ends = lab.tcp(port=5223)
    story.check(beat(*ends) and ends[1].getpeername()[0] == new[0],
                f"a new connection works at once, from {new[0]}",
                f"a new connection comes from {ends[1].getpeername()[0]}, "
                f"UDP from {new[0]}")
story.end(f"UDP goes on from {new[0]} in place of {old[0]}, the TCP "
          "connection is dead")

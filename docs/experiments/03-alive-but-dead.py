#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 3: the connection is alive, and the service is dead"""

from lib.lab import Lab
from lib.story import Story
from lib.talk import (arrives, beat, comes, established, keepalive, probed,
                      tcp_info)

story = Story("3. The connection is alive and the service is dead")
story.say("""A client has TCP keepalive on, a probe for each second of silence,
          and an application's heartbeat, which the server has to answer. Then
          the service dies: its machine still acknowledges, no data comes.""")
with Lab() as lab:
    near, far = lab.tcp()
    keepalive(near, 1, 1, 3)
    story.check(beat(near, far), "while all is well a heartbeat is answered",
                "a heartbeat is not answered, though all is well")

    lab.lapse("fault", "slow-server")
    near.sendall(b"b")
    story.check(arrives(far, 5) and far.recv(1) == b"b",
                "the heartbeat arrives at the server",
                "the heartbeat does not arrive at the server")
    far.sendall(b"a")
    story.check(not arrives(near, 1) and lab.stat("drop-fault") > 0,
                "no answer arrives: the heartbeat knows",
                "the heartbeat was answered, or the fault lost nothing")

    story.check(comes(lambda: probed(near, 4000)) and established(near) and
                tcp_info(near, "retransmits") == 0,
                "4 s without data: TCP says ESTABLISHED, its probes are "
                "answered, it would never tell",
                "TCP is not content: state "
                f"{tcp_info(near, 'state')} (1 is ESTABLISHED), "
                f"{tcp_info(near, 'retransmits')} retransmissions, "
                f"{tcp_info(near, 'probes')} probes without an answer")

    lab.lapse("fault", "clear")
    story.check(arrives(near, 15) and near.recv(1) == b"a",
                "the fault is over: the same connection goes on",
                "the fault is over, and the connection does not go on")
story.end("keepalive answered and ESTABLISHED, the heartbeat unanswered")

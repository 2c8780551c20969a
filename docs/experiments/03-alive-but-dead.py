#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 3: the connection is alive, and the service is dead"""

from lib.lab import Lab, arrives, beat, keepalive, poll, tcp_info
from lib.story import Story

story = Story("3. The connection is alive and the service is dead")
story.say("""A client has TCP keepalive on, a probe for each second of silence,
          and an application's heartbeat, which the server has to answer. Then
          the service dies: its machine still acknowledges, no data comes.""")
with Lab() as lab:
    near, far = lab.tcp()
    keepalive(near, 1, 1, 3)
    story.check(beat(near, far), "while all is well a heartbeat is answered")

    lab.lapse("fault", "slow-server")
    near.sendall(b"b")
    story.check(arrives(far, 5) and far.recv(1) == b"b",
                "the heartbeat arrives at the server")
    far.sendall(b"a")
    answered = arrives(near, 1)
    story.check(not answered, "no answer arrives: the heartbeat knows")

    def probed():
        """A probe was answered: an acknowledgement later than any data."""
        return tcp_info(near, "last-data-received") > 4000 and \
            tcp_info(near, "last-ack-received") < 2000

    poll(probed, "keepalive's probes are answered")
    story.check(tcp_info(near, "state") == 1 and
                tcp_info(near, "retransmits") == 0,
                "4 s without data: TCP says ESTABLISHED, its probes are "
                "answered, it would never tell")

    lab.lapse("fault", "clear")
    story.check(arrives(near, 15) and near.recv(1) == b"a",
                "the fault is over: the same connection goes on")
story.end("keepalive answered and ESTABLISHED, the heartbeat unanswered")

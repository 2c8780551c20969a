#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 9: a NAT hides its users, and `lapse who` finds the one"""

from lib.lab import SERVER, Lab
from lib.story import Story

story = Story("9. NAT hides its users: two clients, one address")
story.say("""Two clients talk to one server behind a NAT with one address. The
          server sees where they come from; the carrier's log knows who it
          was, even when the mapping is gone.""")
with Lab(clients=2) as lab:
    server = lab.server.udp(6000)
    seen = {}
    for number, host in enumerate(lab.client, 2):
        sock = host.udp()
        sock.sendto(b"it is me", (SERVER, 6000))
        seen[f"192.168.77.{number}"] = server.recvfrom(99)[1]
    one, two = seen.values()
    story.check(one[0] == two[0] and one[1] != two[1],
                f"the server sees {one[0]} twice, ports {one[1]}, {two[1]}")

    def who(end, *more):
        """Whose it is."""
        row = lab.one("who", f"{end[0]}:{end[1]}", "--protocol", "udp", *more)
        return row["internal"].split(":")[0]

    for inside, end in seen.items():
        story.check(who(end) == inside,
                    f"lapse who {end[0]}:{end[1]}: it is {inside}")
    then = lab.now()
    lab.advance(lab.timer("nat.udp-timeout"))
    story.check(not lab.lapse("mappings"), "the mappings lapse")
    for inside, end in seen.items():
        story.check(who(end, "--at", str(then)) == inside,
                    f"lapse who {end[0]}:{end[1]} --at {then:.1f}: it was "
                    f"{inside}")
story.end(f"one address {one[0]} for two; lapse who told them apart, also "
          "afterwards")

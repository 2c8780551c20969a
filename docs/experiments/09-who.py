#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 9: a NAT hides its users, and `lapse who` finds the one"""

from lib.lab import SERVER, Lab
from lib.story import Story
from lib.talk import hear

PORT = 5000     # of either client, and kept by the NAT where it can
UDP, HOLD_DOWN = 300, 120       # of RFC 4787 REQ-5 and RFC 6888 REQ-8, s


def ask(lab, end, *more):
    """Whose this external endpoint is; or "nobody"."""
    rows = lab.lapse("who", f"{end[0]}:{end[1]}", "--protocol", "udp", *more)
    return " and ".join({row["internal"].split(":")[0]
                         for row in rows}) or "nobody"


def check_who(end, inside, *at):
    """It is, or was, this client's."""
    found = ask(lab, end, *at)
    what = f"lapse who {' '.join([f'{end[0]}:{end[1]}', *at])}"
    story.check(found == inside, f"{what}: {inside}",
                f"{what} says {found}, not {inside}")


def speak(host, server):
    """A client says something; from where the server hears it."""
    sock = host.udp(PORT)
    sock.sendto(b"it is me", (SERVER, 6000))
    return hear(server, f"what {host.name} said")[1]


story = Story("9. NAT hides its users: two clients, one address")
story.say("""Two clients talk to one server behind a NAT with one address. The
          server sees where they come from; the carrier's log knows who it
          was, even when the mapping is gone.""")
with Lab(clients=2, settings=["port-allocation=preservation"]) as lab:
    first, second = "192.168.77.2", "192.168.77.3"
    server = lab.server.udp(6000)
    one, two = [speak(host, server) for host in lab.client]
    story.check(one[0] == two[0] and one[1] != two[1],
                f"the server sees {one[0]} twice, ports {one[1]}, {two[1]}",
                f"the server sees {one[0]}:{one[1]} and {two[0]}:{two[1]}")
    check_who(one, first)
    check_who(two, second)

    then = str(lab.now())
    lab.advance(UDP)
    story.check(not lab.lapse("mappings"), "the mappings lapse",
                f"the mappings do not lapse in {UDP} s")
    check_who(one, "nobody")
    check_who(one, first, "--at", then)
    check_who(two, second, "--at", then)

    story.say("""Later, when ports that were used may be used again, the second
              client gets the very endpoint that was the first one's. Only the
              time tells them apart.""")
    lab.advance(HOLD_DOWN)
    later = speak(lab.client[1], server)
    story.check(later == one, f"the server sees {later[0]}:{later[1]} again",
                f"the server sees {later[0]}:{later[1]}")
    check_who(one, second)
    check_who(one, first, "--at", then)
story.end(f"one address {one[0]} for two, and later one port; lapse who told "
          "them apart, also afterwards")

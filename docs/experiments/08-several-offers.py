#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 8: several DHCP servers offer, the client takes one"""

import json
import os
import sys

from lib.lab import HERE, Lab
from lib.story import Story

OURS = "192.168.77.1"


def discover(host, taken):
    """A client's two offers, and the answer to taking one, or None."""
    rows = [json.loads(line) for line in host.run(
        sys.executable, os.path.join(HERE, "programs", "discover.py"), "2",
        str(taken)).splitlines()]
    for row in rows:
        print(f"  {row['kind']}: {row['address']} by {row['server']} "
              f"for {row['lease']} s")
    return rows[:2], rows[2] if len(rows) > 2 else None


def held(lab):
    """The addresses that our server has leased."""
    return [row["address"] for row in lab.lapse("lease", "list")
            if row["state"] == "bound"]


story = Story("8. Several servers offer an address, the client takes one")
story.say("""There is a DHCP server and, by a fault, a second one on the same
          network that nobody invited. A client without an address asks, and
          takes the first offer.""")
with Lab(clients=2, settings=["dhcp.range=[192.168.77.100-192.168.77.110]",
                              "dhcp.lease-file=/run/lapse/leases"]) as lab:
    lab.lapse("fault", "dhcp-rogue")
    offers, answer = discover(lab.client[0], 0)
    servers = [row["server"] for row in offers]
    story.check([row["kind"] for row in offers] == ["offer"] * 2 and
                servers[0] == OURS != servers[1] and
                offers[0]["address"] != offers[1]["address"],
                "two offers of two addresses, by two servers",
                f"the offers are by {servers[0]} and {servers[1]}")
    taken = offers[0]["address"]
    story.check(answer and (answer["kind"], answer["server"],
                            answer["address"]) == ("ack", OURS, taken),
                "the client takes the first, and its server acknowledges",
                f"the client takes the first, and is answered {answer}")
    story.check(held(lab) == [taken],
                "one lease is held, the other offer binds nobody",
                f"leases are held of {held(lab)}, not of {taken}")

    story.say("""Nothing in DHCP tells which is the right one. Another client
              takes the second offer. (The uninvited server of the fault only
              offers: an ack never comes.)""")
    other, answer = discover(lab.client[1], 1)
    seen = lab.stat("dhcp-drop-other-server")
    story.check(not answer and seen == 1 and held(lab) == [taken],
                "its server is not ours: ours hears that, does not answer, "
                "and holds nothing for it",
                f"ours heard of it {seen} times, the answer is {answer}, "
                f"leases are held of {held(lab)}")
story.end(f"offers by {servers[0]} and {servers[1]}; {taken} of {servers[0]} "
          f"taken, then {other[1]['address']} of {other[1]['server']}")

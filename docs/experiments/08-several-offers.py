#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 8: several DHCP servers offer, the client takes one"""

import json
import os
import sys

from lib.lab import HERE, Lab
from lib.story import Story

story = Story("8. Several servers offer an address, the client takes one")
story.say("""There is a DHCP server and, by a fault, a second one on the same
          network that nobody invited. A client without an address asks.""")
with Lab(settings=["dhcp.range=[192.168.77.100-192.168.77.110]",
                   "dhcp.lease-file=/run/lapse/leases"]) as lab:
    lab.lapse("fault", "dhcp-rogue")
    printed = lab.client[0].run(
        sys.executable, os.path.join(HERE, "programs", "discover.py"), "2")
    rows = [json.loads(line) for line in printed.splitlines()]
    for row in rows:
        print(f"  {row['kind']}: {row['address']} by {row['server']} "
              f"for {row['lease']} s")
    offers, answer = rows[:2], rows[2]
    story.check(all(row["kind"] == "offer" for row in offers) and
                offers[0]["server"] != offers[1]["server"],
                "two offers, by two servers")
    story.check(answer["kind"] == "ack" and
                (answer["server"], answer["address"]) ==
                (offers[0]["server"], offers[0]["address"]),
                "the client takes the first, and its server acknowledges")
    leases = [row for row in lab.lapse("lease", "list")
              if row["state"] == "bound"]
    story.check([row["address"] for row in leases] == [answer["address"]],
                "one lease is held, the other offer binds nobody")
story.end(f"offers by {offers[0]['server']} and {offers[1]['server']}; "
          f"{answer['address']} of {answer['server']} taken")

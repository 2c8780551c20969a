#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""discover - a DHCP client that shows what it is offered

usage: discover.py OFFERS TAKEN

Waits for so many offers, takes the one of this number, from 0, and prints each
message that it got, a JSON object a line.
"""

import json
import sys

import dhcp

PATIENCE, ACK_PATIENCE = 10, 3


def main():
    """Discover, offers, request, ack."""
    client = dhcp.Client()
    client.discover()
    offers = []
    while len(offers) < int(sys.argv[1]):
        if not (offer := client.answer(PATIENCE)):
            sys.exit(f"of {sys.argv[1]} offers came {len(offers)}")
        offers.append(offer)
        print(json.dumps(offer), flush=True)
    client.take(offers[int(sys.argv[2])])
    if answer := client.answer(ACK_PATIENCE):
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

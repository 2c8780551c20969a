#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 1: what a connection costs"""

import http.client
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from lib.lab import HERE, SERVER, Lab
from lib.story import Story

REQUESTS = 6
PORT = 8080
WAYS = ("short", "parallel", "persistent", "long-lived")


class Connection(http.client.HTTPConnection):
    """An HTTP connection, from a host of the lab."""

    def __init__(self, made):
        super().__init__(SERVER, PORT)
        self.made = made

    def connect(self):
        """Only now the handshake, as ever."""
        self.made.connect((SERVER, PORT))
        self.sock = self.made

    def get(self):
        """A request and its answer."""
        self.request("GET", "/")
        assert self.getresponse().read() == b"here you are\n"


def timed(requests):
    """Milliseconds a request."""
    start = time.monotonic()
    requests()
    return (time.monotonic() - start) * 1000 / REQUESTS


def measure(lab):
    """Milliseconds a request, and new sessions, of each way to ask."""
    def connections(number):
        return [Connection(lab.client[0].socket(1)) for _ in range(number)]

    def one_by_one(asked):
        for one in asked:
            one.get()

    def at_once(asked):
        with ThreadPoolExecutor(REQUESTS) as pool:
            list(pool.map(Connection.get, asked))

    one, = connections(1)
    one.get()           # the way is known, ARP and all; and it stays open
    plans = (
        ("short", one_by_one, connections(REQUESTS)),
        ("parallel", at_once, connections(REQUESTS)),
        ("persistent", one_by_one, connections(1) * REQUESTS),
        ("long-lived", one_by_one, [one] * REQUESTS),
    )
    found = {}
    for name, how, asked in plans:
        before = lab.stat("sessions-created")
        found[name] = (timed(lambda h=how, a=asked: h(a)),
                       lab.stat("sessions-created") - before)
    return found


story = Story("1. What a connection costs")
story.say(f"""A client asks an HTTP server {REQUESTS} times: by a connection
          for each request, one after the other (short) or all at once (parallel);
          by one connection for all (persistent, HTTP keep-alive); by one that
          is open already (long-lived). The path between has a round trip of 0,
          50 and 150 ms. Milliseconds a request, best of two:""")
table = {}
for path in (0, 50, 150):
    with Lab() as lab:
        lab.server.program("delay.py", str(path / 2), SERVER + "/24",
                           "198.51.100.1", sys.executable,
                           HERE + "/programs/web.py", str(PORT))
        first, second = measure(lab), measure(lab)
        table[path] = {way: min(first[way][0], second[way][0])
                       for way in WAYS}
        sessions = {way: first[way][1] for way in WAYS}

print(f"\n  {'way':<12}{'0 ms':>8}{'50 ms':>8}{'150 ms':>8}{'sessions':>10}")
for way in WAYS:
    print(f"  {way:<12}" + "".join(f"{table[path][way]:8.1f}"
                                   for path in table) +
          f"{sessions[way]:>10}")
print()
for way, trips in (("short", 2), ("parallel", 2 / REQUESTS),
                   ("persistent", (REQUESTS + 1) / REQUESTS),
                   ("long-lived", 1)):
    found = table[150][way] / 150
    story.check(0.98 * trips <= found <= 1.6 * trips,
                f"{way}: {found:.2f} round trips a request (at least "
                f"{trips:.2f})")
story.check(table[150]["short"] > 1.4 * table[150]["persistent"],
            "a connection for each request costs nearly twice")
story.check([sessions[way] for way in WAYS] == [REQUESTS, REQUESTS, 1, 0],
            "and as many sessions of the NAT as there are connections")
story.end("at 150 ms a request takes " +
          ", ".join(f"{table[150][way]:.0f} ms {way}" for way in WAYS))

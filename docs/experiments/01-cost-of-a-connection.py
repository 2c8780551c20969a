#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 1: what a connection costs"""

import http.client
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from lib.lab import HERE, SERVER, Lab
from lib.story import Story
from lib.talk import Unexpected

REQUESTS = 6
PORT = 8080
PATHS = (0, 50, 150)

# Each way to ask: round trips a request, and sessions of the NAT.
WAYS = {
    "short": (2, REQUESTS),
    "parallel": (2 / REQUESTS, REQUESTS),
    "persistent": ((REQUESTS + 1) / REQUESTS, 1),
    "long-lived": (1, 0),
}


class Connection(http.client.HTTPConnection):
    """An HTTP connection, from a host of the lab."""

    auto_open = 0       # one that the server closed is not opened again

    def __init__(self, made):
        super().__init__(SERVER, PORT)
        self.made = made

    def connect(self):
        """Only now the handshake, as ever."""
        try:
            self.made.connect((SERVER, PORT))
        except OSError as e:
            raise Unexpected(f"no connection to the web server: {e}") from e
        self.sock = self.made

    def get(self):
        """A request and its answer."""
        if not self.sock:
            self.connect()
        self.request("GET", "/")
        if self.getresponse().read() != b"here you are\n":
            raise Unexpected("the web server answers something else")


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
          for each request, one after the other (short) or all at once
          (parallel); by one connection for all (persistent, HTTP keep-alive);
          by one that is open already (long-lived). The path between has a
          round trip of 0, 50 and 150 ms. Milliseconds a request, best of
          two:""")
cost, sessions = {}, {way: set() for way in WAYS}
for path in PATHS:
    with Lab() as lab:
        lab.server.program("delay.py", str(path / 2), SERVER + "/24",
                           "198.51.100.1", sys.executable,
                           HERE + "/programs/web.py", str(PORT))
        runs = [measure(lab), measure(lab)]
        for way in WAYS:
            cost[way, path] = min(run[way][0] for run in runs)
            sessions[way] |= {run[way][1] for run in runs}

print(f"\n  {'way':<12}" + "".join(f"{path:5} ms" for path in PATHS) +
      "  sessions")
for way in WAYS:
    print(f"  {way:<12}" + "".join(f"{cost[way, path]:8.1f}"
                                   for path in PATHS) +
          f"{'/'.join(map(str, sorted(sessions[way]))):>10}")
print()
for way, (trips, made) in WAYS.items():
    at50, at150 = (cost[way, path] / path for path in (50, 150))
    story.check(0.98 * trips <= min(at50, at150) and at150 <= 1.6 * trips,
                f"{way}: {at150:.2f} round trips a request (at least "
                f"{trips:.2f})",
                f"{way}: a request takes {at50:.2f} round trips of 50 ms and "
                f"{at150:.2f} of 150 ms, not {trips:.2f}")
    story.check(cost[way, 0] < cost[way, 50] < cost[way, 150],
                f"{way}: the longer the path, the longer it takes",
                f"{way}: it takes {cost[way, 0]:.0f}, {cost[way, 50]:.0f}, "
                f"{cost[way, 150]:.0f} ms, which does not follow the path")
    story.check(sessions[way] == {made},
                f"{way}: new sessions of the NAT: {made}",
                f"{way}: the NAT made {sorted(sessions[way])} sessions, "
                f"not {made}")
short, persistent = cost["short", 150], cost["persistent", 150]
story.check(short > 1.4 * persistent,
            "a connection for each request costs nearly twice",
            f"a connection for each request takes {short:.0f} ms, one for all "
            f"{persistent:.0f} ms")
story.end("at 150 ms a request takes " +
          ", ".join(f"{cost[way, 150]:.0f} ms {way}" for way in WAYS))

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 11: an adaptive heartbeat finds each carrier's timer"""

import time

from lib.lab import Lab, beat
from lib.story import Story

# The rule of Mars' smart heartbeat.
FIRST, LAST, STEP, MARGIN = 210, 600, 60, 20
SUCCESSES, FAILURES, STABLE = 5, 2, 3

CARRIERS = {
    "China Mobile 2G/3G": "cn-mobile-2g3g-2013",
    "China Unicom 2G": "cn-unicom-2g-2013",
    "China Telecom 3G": "cn-telecom-3g-2013",
    "United States 3G": "us-3g-2013",
    "Taiwan 3G": "tw-3g-2013",
}


class Client:
    """A connection, opened again when it is dead."""

    def __init__(self, lab):
        self.lab = lab
        self.port = 5222
        self.reopen()

    def reopen(self):
        """Another connection; it must first bear short beats."""
        self.port += 1
        self.ends = self.lab.tcp(port=self.port)
        for _ in range(STABLE):
            if not self.beat(FIRST):
                raise RuntimeError(f"not even {FIRST} s hold")

    def beat(self, interval):
        """Whether a heartbeat after so much silence is answered."""
        self.lab.advance(interval)
        return beat(*self.ends, patience=1)


def find(client, last):
    """The interval at which the rule settles, seconds."""
    now, good, bad = FIRST, 0, 0
    while True:
        if client.beat(now):
            good, bad = good + 1, 0
            if good == SUCCESSES:
                if now >= last:
                    return last - MARGIN
                now, good = min(now + STEP, last), 0
        else:
            bad += 1
            client.reopen()
            if bad == FAILURES:
                return now - STEP - MARGIN


story = Story("11. An adaptive heartbeat finds each carrier's timer")
story.say(f"""The rule: begin at {FIRST} s; after {SUCCESSES} heartbeats that
          are answered, {STEP} s more; after {FAILURES} in a row that are not,
          back by {STEP} s and {MARGIN} s; at most {LAST} s. Then the same rule
          without that limit.""")
found = []
for carrier, profile in CARRIERS.items():
    with Lab(profile=profile) as lab:
        timer = lab.timer()
        for last in (LAST, 7200):
            start, lapsed = time.monotonic(), lab.now()
            got = find(Client(lab), last)
            took, lapsed = time.monotonic() - start, lab.now() - lapsed
            bounded = last - MARGIN == got
            story.check(
                got < timer and (bounded or timer - got <= 2 * STEP + MARGIN),
                f"{carrier}: timer {timer:.0f} s, limit {last} s: settles at "
                f"{got} s ({lapsed / 3600:.1f} h in {took:.1f} s)")
            found.append(got)
            if not bounded:
                break
story.end("settles at " + ", ".join(f"{got} s" for got in
                                    sorted(set(found))) +
          "; always below the timer, close to it unless at its limit")

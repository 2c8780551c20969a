#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 11: an adaptive heartbeat finds each carrier's timer"""

import time

from lib.carriers import AZURE, RST255, TABLE, check_timer
from lib.lab import Lab
from lib.story import Story
from lib.talk import beat

# The rule of Mars' smart heartbeat.
LEAST, MOST, STEP, MARGIN = 210, 600, 60, 20
SUCCESSES, FAILURES, STABLE = 5, 2, 3
NO_LIMIT = 7200


class Client:
    """A connection, opened again when it is dead."""

    def __init__(self, lab):
        self.lab = lab
        self.port = 5222
        self.ends = None

    def reopen(self):
        """Another connection; whether it bears a few short beats."""
        self.port += 1
        self.ends = self.lab.tcp(port=self.port)
        return all(self.beat(LEAST) for _ in range(STABLE))

    def beat(self, interval):
        """Whether a heartbeat after so much silence is answered."""
        self.lab.advance(interval)
        return beat(*self.ends, patience=2)


def find(client, most):
    """The interval at which the rule settles, seconds; None if it cannot."""
    now, good, bad = LEAST, 0, 0
    if not client.reopen():
        return None
    while True:
        if client.beat(now):
            good, bad = good + 1, 0
            if now >= most:
                return most - MARGIN
            if good == SUCCESSES:
                now, good = min(now + STEP, most), 0
        else:
            bad += 1
            if not client.reopen():
                return None
            if bad == FAILURES:
                return max(LEAST, now - STEP - MARGIN)


def right(got, timer, most):
    """Below the timer, and near it unless that is beyond the rule's limit."""
    if not got or got >= timer:
        return False
    return got == most - MARGIN or timer - got <= STEP + MARGIN


def search(carrier, most):
    """What the rule finds behind a carrier; checked, and that it holds."""
    with Lab(profile=carrier.profile) as lab:
        if most == MOST:
            check_timer(story, lab, carrier)
        lab.freeze()
        client, start, lapsed = Client(lab), time.monotonic(), lab.now()
        got = find(client, most)
        took, lapsed = time.monotonic() - start, lab.now() - lapsed
        what = f"{carrier.name}, limit {most} s"
        story.check(right(got, carrier.timer, most),
                    f"{what}: settles at {got} s ({lapsed / 3600:.1f} h in "
                    f"{took:.1f} s)",
                    f"{what}: it settles at {got} s" if got else
                    f"{what}: it never settles, {LEAST} s do not hold")
        made = lab.stat("mappings-created")
        held = sum(client.beat(got or LEAST) for _ in range(STABLE))
        story.check(held == STABLE and lab.stat("mappings-created") == made,
                    f"{what}: each {got} s the connection lives on",
                    f"{what}: of {STABLE} heartbeats {got or LEAST} s apart "
                    f"{held} were answered")
        return got


story = Story("11. An adaptive heartbeat finds each carrier's timer")
story.say(f"""The rule: begin at {LEAST} s; after {SUCCESSES} heartbeats that
          are answered, {STEP} s more; after {FAILURES} in a row that are not,
          back by {STEP} s and {MARGIN} s, but not below {LEAST} s; at most
          {MOST} s, and then {MARGIN} s less. The lapse clock is frozen, and
          advanced by each silence.""")
found = {search(carrier, MOST) for carrier in (RST255, *TABLE)}

story.say("The same rule without that limit, where the timer is beyond.")
found |= {search(carrier, NO_LIMIT) for carrier in TABLE
          if carrier.timer > MOST}

story.say(f"""A timer below the rule's least of {LEAST} s: each connection dies
          at its first heartbeat, and the rule never asks for less.""")
with Lab(profile=AZURE.profile) as lab:
    check_timer(story, lab, AZURE)
    lab.freeze()
    client = Client(lab)
    got = find(client, MOST)
    story.check(got is None, f"{AZURE.name}: the rule cannot work",
                f"{AZURE.name}: the rule settles at {got} s, above the timer "
                f"of {AZURE.timer} s")
    client.ends = lab.tcp(port=5222)
    story.check(client.beat(AZURE.timer - MARGIN),
                f"{AZURE.name}: {AZURE.timer - MARGIN} s would do",
                f"{AZURE.name}: a heartbeat after {AZURE.timer - MARGIN} s is "
                "not answered")
story.end("settles at " + ", ".join(f"{got} s" for got in
                                    sorted(filter(None, found))) +
          f"; always below the timer, and holds; where that is below {LEAST} "
          "s the rule cannot work")

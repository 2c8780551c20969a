#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 4: a heartbeat just below, and just above, the carrier's timer"""

from lib.carriers import TABLE, check_timer
from lib.lab import Lab
from lib.story import Story
from lib.talk import arrives, beat, comes, speak

MARGIN = 1
BEATS = 3

story = Story("4. A heartbeat just below and just above the NAT's timer")
story.say(f"""A client keeps a TCP connection behind each carrier. It beats
          {BEATS} times, {MARGIN} s sooner than the carrier's idle timer; then
          it is {MARGIN} s late, and before it comes the server pushes
          something. The lapse clock is frozen and the silences are made by
          advancing it: they are exact, and nobody waits.""")
carriers = {}
for carrier in TABLE:
    with Lab(profile=carrier.profile) as lab:
        check_timer(story, lab, carrier)
        lab.freeze()
        near, far = lab.tcp()
        name, timer = carrier.name, carrier.timer
        below, above = timer - MARGIN, timer + MARGIN

        held = True
        for _ in range(BEATS):
            lab.advance(below)
            held = held and beat(near, far, 10)
        story.check(held, f"{name}: a heartbeat each {below} s holds",
                    f"{name}: a heartbeat after {below} s of silence is lost")
        if not held:
            continue

        lost = lab.stat("drop-no-mapping")
        lab.advance(above)
        far.sendall(b"push")
        story.check(comes(lambda was=lost: lab.stat("drop-no-mapping") > was,
                          5) and not arrives(near, 0.1),
                    f"{name}: after {above} s of silence a push is lost",
                    f"{name}: after {above} s of silence the push was not "
                    "dropped")
        answer = speak(near, 1)
        story.check(answer != "answered" and not arrives(far, 0),
                    f"{name}: and the heartbeat too late: {answer}",
                    f"{name}: after {above} s of silence a heartbeat still "
                    "gets through")
        carriers[timer] = carriers.get(timer, 0) + 1

story.end("; ".join(f"{number} carriers with {timer} s: -{MARGIN} s "
                    f"holds, +{MARGIN} s loses"
                    for timer, number in carriers.items()))

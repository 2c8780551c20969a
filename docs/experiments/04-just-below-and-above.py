#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 4: a heartbeat just below, and just above, the carrier's timer"""

from lib.lab import Lab, arrives, beat, poll
from lib.story import Story

CARRIERS = {
    "China Mobile 2G/3G": "cn-mobile-2g3g-2013",
    "China Unicom 2G": "cn-unicom-2g-2013",
    "China Telecom 3G": "cn-telecom-3g-2013",
    "United States 3G": "us-3g-2013",
    "Taiwan 3G": "tw-3g-2013",
}
MARGIN = 5
BEATS = 3

story = Story("4. A heartbeat just below and just above the NAT's timer")
story.say(f"""A client keeps a TCP connection behind each carrier. It beats
          {BEATS} times, {MARGIN} s sooner than the carrier's idle timer; then
          it is {MARGIN} s late, and meanwhile the server pushes something. The
          silences are made by advancing the lapse clock: nobody waits.""")
died = {}
for carrier, profile in CARRIERS.items():
    with Lab(profile=profile) as lab:
        near, far = lab.tcp()
        timer = lab.timer()
        below, above = timer - MARGIN, timer + MARGIN

        held = True
        for _ in range(BEATS):
            lab.advance(below)
            held = held and beat(near, far)
        story.check(held, f"{carrier}: every {below:.0f} s holds")

        lost = lab.stat("drop-no-mapping")
        lab.advance(above)
        gone = not lab.lapse("sessions")
        far.sendall(b"push")
        poll(lambda was=lost: lab.stat("drop-no-mapping") > was,
             "the NAT drops the push")
        story.check(gone and not arrives(near, 0.1),
                    f"{carrier}: after {above:.0f} s the push is lost")
        died[timer] = died.get(timer, 0) + 1

story.end("; ".join(f"{number} carriers with {timer:.0f} s: -{MARGIN} s "
                    f"holds, +{MARGIN} s loses"
                    for timer, number in died.items()))

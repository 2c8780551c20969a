#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 6: the life of a DHCP lease, and who outlives it"""

from lib.lab import Lab, beat, poll
from lib.story import Story

# Clients live through these in real time: one that gets its lease extended,
# with room for dhclient's retries, which are 10 s and more apart; and one that
# does not.
LEASE, T1, T2 = 30, 3, 5
SHORT = 6
HOUR = 3600


def event(lab, name, after=0):
    """The first such event later than a number, once it is there."""
    return lab.one("wait", name, "--after", str(after), "--timeout", "60s")


def dhcp_client(lab):
    """The number, in the lab, of the installed DHCP client's process."""
    rows = lab.client[0].run("ps", "-e", "-o", "pid=,comm=").splitlines()
    number, = [row.split()[0] for row in rows
               if "dhclient" in row or "udhcpc" in row]
    return number


def addressed(lab):
    """Whether the client has an address."""
    return "inet " in lab.client[0].run("ip", "-4", "addr", "show", "eth0")


story = Story("6. DHCP: discover to ack, renew, rebind, expiry")
story.say(f"""This machine's own DHCP client asks; the lease is {LEASE} s, T1
          {T1} s and T2 {T2} s, and nothing is scaled.""")
with Lab("--dhcp", settings=[
        f"dhcp.lease-time={LEASE}s", f"dhcp.renew-time={T1}s",
        f"dhcp.rebind-time={T2}s"]) as lab:
    offered, bound = event(lab, "lease-offered"), event(lab, "lease-bound")
    stats = lab.one("stats")
    story.check(offered["address"] == bound["address"] and
                all(stats[f"dhcp-{what}"] >= 1 for what in
                    ("discovers", "offers", "requests", "acks")),
                f"discover, offer, request, ack: {bound['address']}")
    renewed = event(lab, "lease-renewed", bound["number"])
    waited = renewed["time"] - bound["time"]
    story.check(0.6 * T1 < waited < LEASE,
                f"renewed after {waited:.1f} s (T1 is {T1})")

    lab.one("fault", "dhcp-silent-renew")
    rebound = event(lab, "lease-rebound", renewed["number"])
    waited = rebound["time"] - renewed["time"]
    story.check(0.9 * T2 < waited < LEASE,
                "its server does not answer: rebound by broadcast after "
                f"{waited:.1f} s (T2 is {T2})")

story.say(f"""Another lease, of {SHORT} s, and after it no server answers.""")
with Lab("--dhcp", settings=[f"dhcp.lease-time={SHORT}s"]) as lab:
    lab.lapse("fault", "dhcp-silent")
    bound, expired = event(lab, "lease-bound"), event(lab, "lease-expired")
    waited = expired["time"] - bound["time"]
    story.check(0.97 * SHORT < waited < 1.5 * SHORT,
                f"expired after {waited:.1f} s")
    poll(lambda: not addressed(lab), "the client gives its address up")
    story.check(True, "and the client gives its address up")

for enforced in ("false", "true"):
    story.say(f"""A lease of an hour, enforce-leases: {enforced}. The device
              sleeps, its DHCP client with it (SIGSTOP), and its heartbeat
              comes only after 70 minutes: it wakes and uses the address that
              it had.""")
    with Lab("--dhcp", settings=[
            f"dhcp.lease-time={HOUR}s", f"dhcp.enforce-leases={enforced}"]
             ) as lab:
        near, far = lab.tcp()
        lab.client[0].run("kill", "-STOP", dhcp_client(lab))
        story.check(lab.timer() > HOUR * 7 / 6, "the NAT's timer is longer "
                    f"than that: {lab.timer():.0f} s")
        lab.advance(HOUR * 7 / 6)
        event(lab, "lease-expired")
        story.check(addressed(lab), "the lease has expired, and the client "
                    "keeps its address")
        held = beat(near, far, 1)
        if enforced == "true":
            event(lab, "lease-violation")
            story.check(not held and lab.stat("drop-no-lease") > 0,
                        "the heartbeat is dropped, a lease-violation")
        else:
            story.check(held, "the heartbeat is answered: this NAT does not "
                        "ask for leases")
story.end("discover to ack, renewed at T1, rebound at T2, expired; after it "
          "the address works until leases are enforced")

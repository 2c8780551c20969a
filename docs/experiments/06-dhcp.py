#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 6: the life of a DHCP lease, and who outlives it"""

import json

from lib.lab import Lab
from lib.story import Story
from lib.talk import Unexpected, beat, comes

# An hour's lease has its T1 and T2 at these, which are whole steps.
HOUR, HALF, SEVEN_EIGHTHS, STEP = 3600, 1800, 3150, 90

# dhclient lives through these in real time. It has to obey T1 and T2: without,
# they would be 60 s and 105 s. It is random by a second, and its retries are 5
# to 15 s apart.
LEASE, T1, T2 = 120, 3, 5
SHORT = 6


def dhcp_client(lab):
    """The number, in the lab, of the installed DHCP client's process."""
    rows = lab.client[0].run("ps", "-e", "-o", "pid=,comm=").splitlines()
    found = [row.split()[0] for row in rows
             if "dhclient" in row or "udhcpc" in row]
    if len(found) != 1:
        raise Unexpected(f"{len(found)} DHCP clients run, not one")
    return found[0]


def addressed(lab):
    """Whether the client has an address."""
    return "inet " in lab.client[0].run("ip", "-4", "addr", "show", "eth0")


def live(lab, client, until):
    """Time passes by steps until the client does that; what, and when."""
    start = lab.now()
    while lab.now() - start < 2 * HOUR:
        lab.advance(STEP)
        client.stdin.write(f"{STEP}\n")
        client.stdin.flush()
        did = client.stdout.readline().strip()
        if did in until or did == "expired":
            return did, round(lab.now() - start)
    return "nothing", 2 * HOUR


def check_log(name, row, since, seconds, slack=0):
    """The gateway's event came that long after another one."""
    took = row["time"] - since["time"]
    story.check(seconds <= round(took, 2) <= seconds + slack,
                f"by the gateway's log: {name} after {took:.2f} s",
                f"by the gateway's log: {name} after {took:.2f} s, not "
                f"{seconds} s")


story = Story("6. DHCP: discover to ack, renew, rebind, expiry")
story.say(f"""A lease of an hour on the lapse clock, which is frozen and
          advanced by {STEP} s at a time. The client is a small one that does
          at T1, T2 and the end of the lease, as the server told it, what RFC
          2131 says.""")
with Lab(settings=["dhcp.range=[192.168.77.100-192.168.77.110]",
                   f"dhcp.lease-time={HOUR}s",
                   "dhcp.lease-file=/run/lapse/leases"]) as lab:
    lab.freeze()
    client = lab.client[0].program("lease.py")
    ack = json.loads(client.stdout.readline())
    bound = lab.event("lease-bound")
    stats = lab.one("stats")
    story.check(ack["address"] == bound["address"] and
                all(stats[f"dhcp-{what}"] == 1 for what in
                    ("discovers", "offers", "requests", "acks")),
                f"discover, offer, request, ack: {bound['address']}",
                f"the client got {ack['address']}, the log says "
                f"{bound['address']}")
    story.check((ack["lease"], ack["t1"], ack["t2"]) ==
                (HOUR, HALF, SEVEN_EIGHTHS),
                f"the ack says {ack['lease']} s, T1 {ack['t1']} s (half), T2 "
                f"{ack['t2']} s (7/8)",
                f"the ack says {ack['lease']} s, T1 {ack['t1']} s, T2 "
                f"{ack['t2']} s, which is not an hour with its half and 7/8")

    did, when = live(lab, client, ["renew ack", "renew silence"])
    story.check((did, when) == ("renew ack", HALF),
                f"T1: it asks its server after {when} s, and has the lease "
                "anew", f"T1 is after {HALF} s, and after {when} s: {did}")
    renewed = lab.event("lease-renewed")
    check_log("renewed", renewed, bound, HALF)

    lab.lapse("fault", "dhcp-silent-renew")
    did, when = live(lab, client, ["rebind ack", "rebind silence"])
    story.check((did, when) == ("rebind ack", SEVEN_EIGHTHS),
                "T2: its server did not answer, it asks all after "
                f"{when} s, and has the lease anew",
                f"T2 is after {SEVEN_EIGHTHS} s, and after {when} s: {did}")
    rebound = lab.event("lease-rebound")
    check_log("rebound", rebound, renewed, SEVEN_EIGHTHS)

    lab.lapse("fault", "dhcp-silent")
    did, when = live(lab, client, [])
    story.check((did, when) == ("expired", HOUR) and not addressed(lab),
                f"no server answers: after {when} s the client gives its "
                "address up", f"the lease is over after {HOUR} s, and after "
                f"{when} s: {did}")
    check_log("expired", lab.event("lease-expired"), rebound, HOUR)

story.say(f"""This machine's own DHCP client, in real time, with T1 {T1} s and
          T2 {T2} s of a lease of {LEASE} s.""")
with Lab("--dhcp", settings=[
        f"dhcp.lease-time={LEASE}s", f"dhcp.renew-time={T1}s",
        f"dhcp.rebind-time={T2}s"]) as lab:
    bound = lab.event("lease-bound")
    renewed = lab.event("lease-renewed", bound["number"])
    check_log(f"renewed (T1 is {T1})", renewed, bound, T1 - 1, LEASE / 2 - T1)
    lab.lapse("fault", "dhcp-silent-renew")
    rebound = lab.event("lease-rebound", renewed["number"])
    check_log(f"rebound (T2 is {T2})", rebound, renewed, T2,
              LEASE * 7 / 8 - T2 - 1)

story.say(f"""The same with a lease of {SHORT} s, and no server answers.""")
with Lab("--dhcp", settings=[f"dhcp.lease-time={SHORT}s"]) as lab:
    lab.lapse("fault", "dhcp-silent")
    expired = lab.event("lease-expired")
    acks = [row for row in lab.lapse("events")
            if row["event"] in ("lease-bound", "lease-renewed")]
    check_log("expired", expired, acks[-1], SHORT, SHORT / 4)
    story.check(comes(lambda: not addressed(lab)),
                "and the client gives its address up",
                "the client keeps its address after its lease")

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
        timer = lab.timer()
        story.check(timer > HOUR * 7 / 6, "the NAT's timer is longer than "
                    f"that: {timer:.0f} s", "the NAT's timer is shorter than "
                    f"that: {timer:.0f} s")
        lab.advance(HOUR * 7 / 6)
        lease = lab.event("lease-expired")
        story.check(addressed(lab), "the lease has expired, and the client "
                    "keeps its address", "the client has no address any more")
        held, lost = beat(near, far, 1), lab.stat("drop-no-lease")
        if enforced == "true":
            story.check(not held and lost > 0, "the heartbeat is dropped",
                        "the heartbeat was answered, without a lease")
            row = lab.event("lease-violation")
            names = ("address", "mac", "hostname")
            story.check([row[name] for name in names] ==
                        [lease[name] for name in names] and
                        row["hostname"] == "client1",
                        f"a lease-violation, by {row['hostname']} with "
                        f"{row['address']}, {row['mac']}",
                        f"the lease-violation names {row['hostname']} with "
                        f"{row['address']}, {row['mac']}")
        else:
            story.check(held and not lost, "the heartbeat is answered: this "
                        "NAT does not ask for leases",
                        "the heartbeat was not answered")
story.end("discover to ack, renewed at T1, rebound at T2, expired; after it "
          "the address works until leases are enforced")

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bench_forward - TCP throughput through lapse and the kernel's MASQUERADE

usage: sudo /usr/bin/python3 tests/bench/bench_forward.py [PAIRS [SECONDS]]

Two equal labs stand side by side, one with lapsed on its gateway and one with
the kernel's NAT. iperf3 runs through them in turns; only the ratio of two runs
next to each other counts. Busy seconds are those of the whole machine, other
work on it included.
"""

import json
import os
import subprocess
import sys

from common import machine, spread
from lab import SERVER, Lab, poll

DIRECTIONS = {"upload": [], "download": ["-R"]}


def kernel():
    """A lab whose gateway masquerades."""
    lab = Lab(start=False)
    lab.gateway.sysctl("net.ipv4.ip_forward", 1)
    lab.gateway.run("iptables", "-w", "-t", "nat", "-A", "POSTROUTING", "-o",
                    "wan", "-j", "MASQUERADE")
    return lab


def serve(lab):
    """An iperf3 server outside."""
    lab.server.start("iperf3", "-s", stdin=subprocess.DEVNULL,
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    poll(lambda: ":5201" in lab.server.run("ss", "-Htln").stdout, 10)


def busy():
    """Seconds that the machine's processors have worked, since its start."""
    with open("/proc/stat", encoding="ascii") as f:
        ticks = list(map(int, f.readline().split()[1:9]))
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def command(direction, seconds):
    """What runs on the client."""
    return ["iperf3", "-c", SERVER, "-t", str(seconds), "-O", "0.3",
            *DIRECTIONS[direction]]


def run(lab, direction, seconds):
    """One run: Gbit/s, and the machine's busy seconds per Gbit."""
    before = busy()
    done = lab.client.run(*command(direction, seconds), "-J", timeout=60)
    worked = busy() - before
    total = json.loads(done.stdout)["end"]["sum_received"]
    return (total["bits_per_second"] / 1e9,
            worked / (total["bytes"] * 8 / 1e9))


def measure(labs, direction, pairs, seconds):
    """Runs in turns, each printed; then the ratios."""
    print(f"\n{direction}: {' '.join(command(direction, seconds))}")
    for lab in labs:                    # warm
        run(lab, direction, 1)
    rates, costs = [], []
    for number in range(pairs):
        (ours, our_cost), (theirs, their_cost) = \
            [run(lab, direction, seconds) for lab in labs]
        rates.append(ours / theirs)
        costs.append(our_cost / their_cost)
        print(f"  {number + 1:2}  lapse {ours:6.2f} Gbit/s   MASQUERADE "
              f"{theirs:6.2f} Gbit/s   ratio {rates[-1]:.2f}   busy s/Gbit "
              f"{our_cost:.3f} and {their_cost:.3f}", flush=True)
    for what, ratios in (("throughput", rates), ("busy time", costs)):
        print(f"  {what}, lapse to MASQUERADE: {spread(ratios)}")


def main():
    """Measure both directions; the exit code."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 2
    if os.geteuid() != 0:
        print("bench_forward: needs root to make network namespaces",
              file=sys.stderr)
        return 1
    with Lab() as ours, kernel() as theirs:
        print(f"{machine()}; profile {ours.settings['profile']}, gso; {pairs} "
              f"pairs of {seconds:g} s, in turns")
        for lab in (ours, theirs):
            serve(lab)
        for direction in DIRECTIONS:
            measure((ours, theirs), direction, pairs, seconds)
        ours.lapse("status")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bench_dump - TCP throughput while a million sessions are dumped

usage: sudo /usr/bin/python3 tests/bench/bench_dump.py [PAIRS [SECONDS]]

A client opens a million UDP sessions through lapsed, 16 of its ports to each
port of a server. Then iperf3 runs through the same lapsed in turns, alone and
while `lapse --json sessions` is read again and again, one dump after the
other; only the ratio of two runs next to each other counts. The goal is a
median of 0.8 at least: packets go first, and a dump takes what is left.

lapsed has the first processor to itself; iperf3's client, its server and the
reader of the dump share the second, as far as taskset is heard (the kernel's
own work for a packet runs where it was sent). So the reader takes time from
iperf3 as well, which counts against us.
"""

import os
import statistics
import subprocess
import sys
import threading
import time

from common import gbit, machine, spread
from lab import BUILD, SERVER, SERVER2, Lab, poll

SESSIONS = 1000000
PORTS = 16                      # of the client
GOAL = 0.8

# Runs in the client's namespace: each of its ports to each of the server's.
FLOOD = """
import socket, sys, time
server, ports, most, rate = sys.argv[1], *map(int, sys.argv[2:])
sent, begun = 0, time.monotonic()
for number in range(ports):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("0.0.0.0", 20000 + number))
    for port in range(1, most // ports + 1):
        sock.sendto(b"", (server, port))
        sent += 1
        if sent % 1000 == 0:
            ahead = sent / rate - (time.monotonic() - begun)
            if ahead > 0:
                time.sleep(ahead)
"""


def pin(cpu, *command):
    """The command on a processor, if there are two."""
    if os.cpu_count() < 2:
        return command
    return ("taskset", "-c", str(cpu), *command)


def fill(lab):
    """Open the sessions; what is lost on the way is sent once more."""
    begun = time.monotonic()
    lab.server.run("iptables", "-w", "-A", "INPUT", "-p", "udp", "-d",
                   SERVER2, "-j", "DROP")
    rate, held = 200000, 0
    while held < SESSIONS:
        lab.client.run(sys.executable, "-c", FLOOD, SERVER2, str(PORTS),
                       str(SESSIONS), str(rate), timeout=120)
        before, held = held, lab.one("status")["sessions"]
        assert held > before, f"no more than {held} sessions"
        rate = max(rate // 2, 20000)
    return held, time.monotonic() - begun


class Dumps(threading.Thread):
    """Dumps, one after the other, until told to stop."""

    def __init__(self, lab):
        super().__init__()
        self.lab, self.proc = lab, None
        self.ended, self.times, self.rows = False, [], 0

    def run(self):
        while not self.ended:
            begun = time.monotonic()
            with subprocess.Popen(
                    pin(1, "sh", "-c", '"$@" | wc -l', "sh",
                        os.path.join(BUILD, "lapse"), "--json", "sessions"),
                    env=self.lab.environment(), stdout=subprocess.PIPE,
                    text=True) as self.proc:
                rows = int(self.proc.stdout.read())
            self.times.append(time.monotonic() - begun)
            self.rows = max(self.rows, rows)

    def stop(self):
        """The one under way is the last; it is waited for."""
        self.ended = True
        self.join()


def iperf(lab, seconds):
    """Gbit/s of one run."""
    done = lab.client.run(*pin(1, "iperf3", "-c", SERVER, "-t", str(seconds),
                               "-O", "0.3", "-J"), timeout=120)
    return gbit(done.stdout)


def pair(lab, seconds, alone_first):
    """A run alone and one with dumps; and the dumps."""
    alone = iperf(lab, seconds) if alone_first else None
    dumps = Dumps(lab)
    dumps.start()
    with_dumps = iperf(lab, seconds)
    dumps.stop()
    if alone is None:
        alone = iperf(lab, seconds)
    return alone, with_dumps, dumps


def measure(lab, pairs, seconds):
    """The pairs, each printed; Return: the ratios."""
    ratios, times = [], []
    for number in range(pairs):
        alone, during, dumps = pair(lab, seconds, number % 2 == 0)
        assert dumps.rows >= SESSIONS, f"a dump had {dumps.rows} rows only"
        ratios.append(during / alone)
        times += dumps.times
        print(f"  {number + 1:2}  alone {alone:6.2f} Gbit/s   during dumps "
              f"{during:6.2f} Gbit/s   ratio {ratios[-1]:.2f}   "
              f"{len(dumps.times)} dumps of {dumps.rows} rows, "
              f"{statistics.median(dumps.times):.1f} s each", flush=True)
    print(f"  throughput during dumps to without: {spread(ratios)}")
    print(f"  time of a dump: {spread(times, '{:.1f} s')}")
    return ratios


def main():
    """Measure; the exit code says whether the goal was met."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 4
    if os.geteuid() != 0:
        print("bench_dump: needs root to make network namespaces",
              file=sys.stderr)
        return 1
    with Lab(start=False, udp_initial_timeout="1d",
             max_sessions=str(SESSIONS + 1000)) as lab:
        lab.settings["log"] = {"level": "warning"}
        lab.start()
        subprocess.run(["taskset", "-a", "-p", "-c", "0",
                        str(lab.lapsed.pid)], check=os.cpu_count() > 1,
                       stdout=subprocess.DEVNULL)
        held, took = fill(lab)
        print(f"{machine()}; {held} sessions, opened in {took:.0f} s; {pairs} "
              f"pairs of {seconds:g} s, in turns", flush=True)
        lab.server.start("iperf3", "-s", stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        poll(lambda: ":5201" in lab.server.run("ss", "-Htln").stdout, 10)
        iperf(lab, 1)                   # warm
        ratios = measure(lab, pairs, seconds)
    met = statistics.median(ratios) >= GOAL
    print(f"  {'met' if met else 'NOT MET'}: the goal is {GOAL}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bench_dhcp - four-way DHCP exchanges a second: lapsed, Kea and dnsmasq

usage: sudo /usr/bin/python3 tests/bench/bench_dhcp.py [TURNS [SECONDS
       [LEASES...]]]

Every server has a lab of its own and all of them have the same core; the
tester, a relay agent to them, has another. Before it is measured, each has as
many leases as there are clients: Kea and dnsmasq from a file, lapsed by
exchanges. Samples are taken in turns, and only the ratio of two of one turn
counts. A third server, dhcp_answer, keeps nothing and says yes to all: what a
tester reaches with it is as far as that tester can see.

perfdhcp sends at a given rate, whatever comes back, so a server that is sent
too much works for nothing: a sample is the better of two runs about the best
rate so far. It is also slower than the fastest of the servers. dhcp_load
(beside this file) keeps a number of exchanges under way, reads every reply,
never sleeps, and is faster than all of them.

The server's time is what the scheduler charges all its threads: the kernel's
work for what it sends is in it to the tester's socket, and for what it
receives up to its own socket is not, for any of them. Other work on the
machine changes it less than it does the rates.

Who syncs what is counted at the end, by strace.

Packages: tools/deps bench.
"""

import glob
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from statistics import median as middle

from common import machine, ratio
from lab import BUILD, Lab, poll

NEEDED = {"perfdhcp": "kea-admin", "kea-dhcp4": "kea-dhcp4-server",
          "dnsmasq": "dnsmasq-base", "strace": "strace",
          "taskset": "util-linux"}
NET, MASK = "10.0.0.0/13", "255.248.0.0"
GATEWAY, CLIENT = "10.0.0.1", "10.0.0.2"
FIRST, LAST = "10.1.0.0", "10.6.255.255"
TIME = 7200                     # of a lease, seconds
MAC = 0x020000000000            # of the first client
STEPS = 0.95, 1.2               # of the best rate so far: what perfdhcp tries
WINDOW = 64                     # exchanges that dhcp_load has under way
FLAT = 1000, 50000, 250000      # leases, for what an exchange costs lapsed
SYNCS = "fsync", "fdatasync", "syncfs", "sync_file_range", "msync"
SERVER_CORE, TESTER_CORE = 0, 1


def mac(number):
    """The address of a client."""
    return ":".join(f"{b:02x}" for b in (MAC + number).to_bytes(6, "big"))


def address(number):
    """What a client has leased."""
    return f"10.{1 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


class NotServed(Exception):
    """A peer has not been ready in time."""


class Bench(Lab):
    """A lab with one of the servers in it."""

    name, proc = None, None

    def __init__(self, leases, **settings):
        super().__init__(start=False, settings=dict(
            settings, lan=[{"interface": "lan", "address": GATEWAY + "/13"}]))
        self.leases, self.rate, self.turn = leases, 0, random.Random(1)
        self.bad = self.lost = 0
        try:
            self.gateway.ip("address flush dev lan",
                            f"address add {GATEWAY}/13 dev lan")
            self.client.ip("address flush dev eth0",
                           f"address add {CLIENT}/13 dev eth0")
            self.serve()
            self.wait_served()
            self.fill()
        except BaseException:
            self.failed = True
            self.close()
            raise

    def launch(self, *argv, **how):
        """Start a server on its core."""
        with open(self.path("server.log"), "w", encoding="utf-8") as log:
            self.proc = self.gateway.start(
                "taskset", "-c", str(SERVER_CORE), *argv, stdout=log,
                stderr=log, stdin=subprocess.DEVNULL, **how)

    def wait_served(self):
        """Until it serves."""
        poll(self.answers, 20, self.name)

    def answers(self):
        """Whether it serves; an error if it has ended."""
        if self.proc.poll() is not None:
            with open(self.path("server.log"), encoding="utf-8") as f:
                raise AssertionError(f"{self.name} has ended:\n{f.read()}")
        return self.perfdhcp(100, "-n", "10")[1] > 0

    def fill(self):
        """Until every client has its lease; files did it for the peers."""

    # --- the testers ---

    def perfdhcp_command(self, rate, *how, first=0):
        """Its command line."""
        return ["taskset", "-c", str(TESTER_CORE), "perfdhcp", "-4", "-g",
                "single", "-l", CLIENT, "-b", "mac=" + mac(first), "-R",
                str(self.leases - first), "-r", str(rate), *how, GATEWAY]

    def perfdhcp(self, rate, *how, first=0):
        """Run it: what it says of the exchanges, and how many were done."""
        done = self.client.run(*self.perfdhcp_command(rate, *how, first=first),
                               check=False, timeout=120)
        # 3: some were not answered
        if done.returncode not in (0, 3):
            raise AssertionError(f"perfdhcp: {done.stderr}{done.stdout}")
        got = re.findall(r"received packets: (\d+)", done.stdout)
        said = re.search(r"Rate: ([\d.e+]+) 4-way", done.stdout)
        return float(said[1]), int(got[1])

    def offer(self, rate):
        """One run of a second: exchanges a second, and exchanges."""
        room = max(0, self.leases - 2 * rate)
        return self.perfdhcp(rate, "-p", "1",
                             first=self.turn.randint(0, room))

    def calibrate(self):
        """A first guess at the best rate."""
        rate = 250
        while True:
            got, _ = self.offer(rate)
            self.rate = max(self.rate, got)
            if got < 0.9 * rate:
                break
            rate *= 2

    def sample_perfdhcp(self):
        """Exchanges a second, the better of rates about the best so far."""
        best = max(self.offer(max(2, int(self.rate * step)))[0]
                   for step in STEPS)
        # what other work spoils is no reason to ask for less the next time
        self.rate = max(2, best, 0.9 * self.rate)
        return best

    def load_command(self, goal, first=0):
        """The command line of dhcp_load."""
        return ["taskset", "-c", str(TESTER_CORE),
                os.path.join(BUILD, "tests/bench/dhcp_load"), CLIENT, GATEWAY,
                str(self.leases), str(WINDOW), goal, str(first)]

    def load(self, goal):
        """Run it: what it says."""
        first = self.turn.randrange(self.leases)
        done = self.client.run(*self.load_command(goal, first), timeout=120)
        said = json.loads(done.stdout)
        self.bad += said["wrong"] + said["twice"]
        self.lost += said["lost"]
        return said

    def sample_load(self, seconds):
        """Exchanges a second, and us of the server for one."""
        before = self.run_ns()
        said = self.load(f"{int(seconds * 1000)}ms")
        spent = self.run_ns() - before
        if not said["exchanges"]:
            raise AssertionError(f"{self.name} answers nobody: {said}")
        return (said["exchanges"] / said["seconds"],
                spent / 1e3 / said["exchanges"])

    def run_ns(self):
        """What its threads have run, in ns."""
        total = 0
        for name in glob.glob(f"/proc/{self.proc.pid}/task/*/schedstat"):
            with open(name, encoding="ascii") as f:
                total += int(f.read().split()[0])
        return total

    # --- strace ---

    def count_syncs(self):
        """What it syncs, and how many exchanges that is for."""
        report = self.path("strace")
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-e", "trace=" + ",".join(SYNCS), "-e",
             "signal=none", "-o", report, "-p", str(self.proc.pid)],
            stdin=subprocess.DEVNULL)
        try:
            poll(self.is_traced, 10, "strace is there")
            done = self.load("500ms")["exchanges"]
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait(10)
        with open(report, encoding="utf-8") as f:
            # a call that another thread interrupts has a second line
            calls = re.findall(r"^(?:\d+ +)?(\w+)\(", f.read(), re.M)
        return {c: calls.count(c) for c in SYNCS if c in calls}, done

    def is_traced(self):
        """Whether each of its threads is under strace."""
        for task in os.listdir(f"/proc/{self.proc.pid}/task"):
            path = f"/proc/{self.proc.pid}/task/{task}/status"
            with open(path, encoding="ascii") as f:
                if re.search(r"^TracerPid:\s+0$", f.read(), re.M):
                    return False
        return True


class Lapse(Bench):
    """Ours."""

    def __init__(self, leases, sync):
        self.name = "lapse, synced" if sync else "lapse"
        self.sync = "true" if sync else "false"
        super().__init__(leases, log={"level": "warning"})

    def serve(self):
        """Start it."""
        self.settings["dhcp"] = {
            "range": f"{FIRST}-{LAST}", "lease-time": f"{TIME}s",
            "conflict-probe": "false", "rate-limit": "none",
            "max-leases": "393216", "lease-file": self.path("leases"),
            "lease-sync": self.sync}
        self.start()
        self.proc = self.lapsed

    def start_command(self):
        """Its command line, on its core."""
        return ["taskset", "-c", str(SERVER_CORE), *super().start_command()]

    def fill(self):
        """One exchange for each, and a few more for those that got lost."""
        def full():
            self.load(str(self.leases))
            held = sum(row["state"] == "bound"
                       for row in self.lapse("lease", "list"))
            return self.leases <= held
        poll(full, 120, "all clients have leases")


class Kea(Bench):
    """Kea with its leases in memory and in a file, on one thread."""

    name = "Kea"

    def serve(self):
        """Start it."""
        now = int(time.time())
        with open(self.path("leases.csv"), "w", encoding="ascii") as f:
            f.write("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,"
                    "fqdn_fwd,fqdn_rev,hostname,state,user_context\n")
            for n in range(self.leases):
                f.write(f"{address(n)},{mac(n)},01:{mac(n)},{TIME},"
                        f"{now + TIME},1,0,0,,0,\n")
        with open(self.path("kea.json"), "w", encoding="ascii") as f:
            json.dump({"Dhcp4": {
                "interfaces-config": {"interfaces": ["lan"],
                                      "dhcp-socket-type": "udp"},
                "lease-database": {
                    "type": "memfile", "persist": True, "lfc-interval": 0,
                    "name": self.path("leases.csv")},
                "valid-lifetime": TIME,
                "multi-threading": {"enable-multi-threading": False},
                "subnet4": [{"id": 1, "subnet": NET,
                             "pools": [{"pool": f"{FIRST} - {LAST}"}]}],
                "loggers": [{"name": "kea-dhcp4", "severity": "ERROR"}],
            }}, f)
        self.launch("kea-dhcp4", "-c", self.path("kea.json"),
                    env=dict(os.environ, KEA_PIDFILE_DIR=self.dir,
                             KEA_LOCKFILE_DIR=self.dir))


class Dnsmasq(Bench):
    """dnsmasq, which has its leases in a list and writes all of its file."""

    name = "dnsmasq"

    def wait_served(self):
        """Until it serves, which with many leases in its file may be long."""
        try:
            super().wait_served()
        except AssertionError as error:
            if self.proc.poll() is not None:
                raise
            raise NotServed("dnsmasq answers nobody 20 s after its start with "
                            "so many leases: left out") from error

    def serve(self):
        """Start it."""
        now = int(time.time())
        with open(self.path("leases"), "w", encoding="ascii") as f:
            for n in range(self.leases):
                f.write(f"{now + TIME} {mac(n)} {address(n)} * 01:{mac(n)}\n")
        self.launch("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
                    "--port=0", "--no-ping", "--quiet-dhcp", "--user=root",
                    "--group=root", "--interface=lan", "--pid-file=",
                    f"--dhcp-range={FIRST},{LAST},{MASK},{TIME}",
                    "--dhcp-authoritative", "--dhcp-lease-max=131072",
                    "--dhcp-leasefile=" + self.path("leases"))


class Answer(Bench):
    """No server: what the testers can show at most."""

    name = "dhcp_answer"

    def serve(self):
        """Start it."""
        self.launch(os.path.join(BUILD, "tests/bench/dhcp_answer"), GATEWAY)


def take(labs, turns, sample, line):
    """Samples in turns, each printed by line(); what each lab had."""
    samples = {lab.name: [] for lab in labs}
    for number in range(turns):
        for lab in labs:
            samples[lab.name].append(sample(lab))
        print(f"  {number + 1:2}  " + "   ".join(
            f"{name} {line(got[-1])}" for name, got in samples.items()),
            flush=True)
    return samples


def compare(samples, unit):
    """Ours beside the peers'."""
    for ours in ("lapse", "lapse, synced"):
        for peer in ("Kea", "dnsmasq"):
            if peer in samples:
                ratio(f"{unit}, {ours} to {peer}", samples[ours],
                      samples[peer])


def measure(labs, turns, seconds):
    """By both testers; the rates of both."""
    print(f" dhcp_load: {' '.join(labs[0].load_command('MS', 'N'))}\n"
          "  exchanges a second, us of the server for one")
    for lab in labs:                    # warm
        lab.sample_load(0.3)
    got = take(labs, turns, lambda lab: lab.sample_load(seconds),
               lambda s: f"{s[0]:.0f}/s {s[1]:.1f}")
    rates = {name: [s[0] for s in of] for name, of in got.items()}
    compare(rates, "exchanges")
    compare({name: [1 / s[1] for s in of] for name, of in got.items()},
            "exchanges by the server's time")
    print(f" perfdhcp: {' '.join(labs[0].perfdhcp_command('RATE', '-p', '1'))}"
          "\n  exchanges a second")
    for lab in labs:
        lab.calibrate()
    said = take(labs, turns, Bench.sample_perfdhcp, lambda s: f"{s:.0f}/s")
    compare(said, "exchanges by perfdhcp")
    for tester, of in (("dhcp_load", rates), ("perfdhcp", said)):
        ratio(f"the most that {tester} can show, dhcp_answer to Kea",
              of["dhcp_answer"], of["Kea"])
    return {"dhcp_load": rates, "perfdhcp": said}


def bench(leases, turns, seconds):
    """All servers with so many leases; the rates by each tester."""
    labs = []
    try:
        print(f"\n{leases} leases", flush=True)
        for make in (lambda: Lapse(leases, False), lambda: Lapse(leases, True),
                     lambda: Kea(leases), lambda: Dnsmasq(leases),
                     lambda: Answer(leases)):
            try:
                labs.append(make())
            except NotServed as why:
                print(f"  {why}", flush=True)
        rates = measure(labs, turns, seconds)
        for lab in labs[:-1]:
            calls, done = lab.count_syncs()
            print(f"  {lab.name} syncs, in {done} exchanges: " + (", ".join(
                f"{n} {c}" for c, n in calls.items()) or "nothing") +
                f"; lost {lab.lost}, wrong replies {lab.bad}", flush=True)
        return rates
    finally:
        for lab in labs:
            lab.close()


def flat(sizes, turns, seconds):
    """What an exchange costs lapsed, by the number of leases."""
    labs = []
    try:
        print("\nlapse by the number of leases: us of the server for an "
              "exchange", flush=True)
        for leases in sizes:
            labs.append(Lapse(leases, False))
            labs[-1].name = str(leases)
            labs[-1].sample_load(0.3)
        got = take(labs, turns, lambda lab: lab.sample_load(seconds)[1],
                   lambda s: f"{s:.2f}")
        for leases in sizes[1:]:
            ratio(f"{leases} to {sizes[0]}", got[str(leases)],
                  got[str(sizes[0])])
    finally:
        for lab in labs:
            lab.close()


def unable():
    """Why this cannot run here, if so."""
    if os.geteuid() != 0:
        return "needs root to make network namespaces"
    missing = [p for tool, p in NEEDED.items() if not shutil.which(tool)]
    if missing:
        return f"needs the packages {' '.join(missing)}: tools/deps bench"
    if not os.path.exists(os.path.join(BUILD, "tests/bench/dhcp_load")):
        return "needs make all bench-tools"
    if not {SERVER_CORE, TESTER_CORE} <= os.sched_getaffinity(0):
        return "needs two processors"
    return None


def main():
    """Measure with few and with many leases; the exit code."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 0.7
    sizes = [int(n) for n in sys.argv[3:]] or [1000, 50000]
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    why = unable()
    if why:
        print(f"bench_dhcp: {why}", file=sys.stderr)
        return 77
    versions = [subprocess.run([p, "-v"], text=True, capture_output=True,
                               check=False).stdout.split("\n")[0]
                for p in ("kea-dhcp4", "dnsmasq")]
    print(f"{machine()}; Kea {versions[0]}; "
          f"{' '.join(versions[1].split()[:3])}; servers on core "
          f"{SERVER_CORE}, tester on core {TESTER_CORE}; {turns} turns; "
          f"dhcp_load for {seconds:g} s, {WINDOW} exchanges under way; "
          f"perfdhcp for 1 s at {' and '.join(map(str, STEPS))} of its best")
    rates = [bench(n, turns, seconds) for n in sizes]
    if len(sizes) > 1:
        print(f"\n{sizes[-1]} leases to {sizes[0]}, medians, not of one turn")
        for tester, few in rates[0].items():
            many = rates[-1][tester]
            print(f"  {tester}: " + ", ".join(
                f"{n} {middle(many[n]) / middle(few[n]):.2f}" for n in many))
    flat(FLAT, turns, seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bench_dhcp - four-way DHCP exchanges a second: lapsed, Kea and dnsmasq

usage: sudo /usr/bin/python3 tests/bench/bench_dhcp.py [TURNS [SECONDS
       [LEASES...]]]

Every server has a lab of its own and all of them have the same core; perfdhcp
has another. Before it is measured, each has as many leases as there are
clients: Kea and dnsmasq from a file, lapsed by perfdhcp. perfdhcp sends at a
given rate, whatever comes back, as a relay agent would, so a server that is
sent too much works for nothing. A sample is therefore the best of a few runs
at rates about the one that was best before (see STEPS), and higher if it keeps
up. Only the ratio of two samples of one turn counts. Who syncs what is counted
afterwards, by strace.

Packages: kea-admin (perfdhcp), kea-dhcp4-server, dnsmasq-base, strace,
util-linux (taskset).
"""

import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../e2e"))

from lab import Lab, poll  # noqa: E402  pylint: disable=C0413

NEEDED = {"perfdhcp": "kea-admin", "kea-dhcp4": "kea-dhcp4-server",
          "dnsmasq": "dnsmasq-base", "strace": "strace",
          "taskset": "util-linux"}
NET, GATEWAY, CLIENT = "10.0.0.0/14", "10.0.0.1", "10.0.0.2"
FIRST, LAST = "10.1.0.0", "10.2.255.255"
TIME = 7200                     # of a lease, seconds
MAC = 0x020000000000            # of the first client
STEPS = 0.8, 1.0, 1.25          # of the best rate so far: what a sample tries
CLIMB = 4                       # more steps at most, upwards
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
            settings, lan=[{"interface": "lan", "address": GATEWAY + "/14"}]))
        self.leases, self.rate, self.turn = leases, 0, random.Random(1)
        try:
            self.gateway.ip("address flush dev lan",
                            f"address add {GATEWAY}/14 dev lan")
            self.client.ip("address flush dev eth0",
                           f"address add {CLIENT}/14 dev eth0")
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

    def perfdhcp(self, rate, *how, first=0, timeout=120):
        """Run it: what it says of the exchanges, and how many were done."""
        done = self.client.run(
            "taskset", "-c", str(TESTER_CORE), "perfdhcp", "-4", "-g",
            "single", "-l", CLIENT, "-b", "mac=" + mac(first), "-R",
            str(self.leases - first), "-r", str(rate), *how, GATEWAY,
            check=False, timeout=timeout)
        # 3: some were not answered
        if done.returncode not in (0, 3):
            raise AssertionError(f"perfdhcp: {done.stderr}{done.stdout}")
        got = re.findall(r"received packets: (\d+)", done.stdout)
        said = re.search(r"Rate: ([\d.e+]+) 4-way", done.stdout)
        return float(said[1]), int(got[1])

    def offer(self, rate, seconds):
        """One run: exchanges a second, and exchanges."""
        room = max(0, self.leases - 2 * rate * seconds)
        return self.perfdhcp(rate, "-p", str(seconds),
                             first=self.turn.randint(0, room))

    def calibrate(self):
        """A first guess at the best rate."""
        rate = 250
        while True:
            got, _ = self.offer(rate, 1)
            self.rate = max(self.rate, got)
            if got < 0.9 * rate:
                break
            rate *= 2

    def sample(self, seconds):
        """Exchanges a second, the best of a few rates about the best."""
        tried = [self.offer(max(2, int(self.rate * step)), seconds)[0]
                 for step in STEPS]
        offered = self.rate * STEPS[-1]
        # it may do more still: higher, while all is answered
        for _ in range(CLIMB):
            if tried[-1] < 0.95 * offered:
                break
            offered *= STEPS[-1]
            tried.append(self.offer(int(offered), seconds)[0])
        self.rate = max(2, *tried)
        return self.rate

    def count_syncs(self, seconds):
        """What it syncs, and how many exchanges that is for."""
        report = self.path("strace")
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-e", "trace=" + ",".join(SYNCS), "-e",
             "signal=none", "-o", report, "-p", str(self.proc.pid)],
            stdin=subprocess.DEVNULL)
        try:
            poll(self.is_traced, 10, "strace is there")
            _, done = self.offer(max(2, int(self.rate / 4)), seconds)
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
            "max-leases": "131072", "lease-file": self.path("leases"),
            "lease-sync": self.sync}
        self.start()
        self.proc = self.lapsed

    def start_command(self):
        """Its command line, on its core."""
        return ["taskset", "-c", str(SERVER_CORE), *super().start_command()]

    def fill(self):
        """By perfdhcp, at a rate that it keeps up with."""
        def full():
            self.perfdhcp(2000, "-n", str(self.leases))
            return self.leases <= len(self.lapse("lease", "list"))
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
        """With many leases in its file, it is busy for more than half a minute at the start."""
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
                    f"--dhcp-range={FIRST},{LAST},255.252.0.0,{TIME}",
                    "--dhcp-authoritative", "--dhcp-lease-max=131072",
                    "--dhcp-leasefile=" + self.path("leases"))


def measure(labs, turns, seconds):
    """Samples in turns, each printed; then the ratios and the syncs."""
    for lab in labs:
        lab.calibrate()
    samples = {lab.name: [] for lab in labs}
    for number in range(turns):
        for lab in labs:
            samples[lab.name].append(lab.sample(seconds))
        print(f"  {number + 1:2}  " + "   ".join(
            f"{name} {got[-1]:.0f}/s" for name, got in samples.items()),
            flush=True)
    for ours in ("lapse", "lapse, synced"):
        for peer in [p for p in ("Kea", "dnsmasq") if p in samples]:
            tell(f"{ours} to {peer}", samples[ours], samples[peer])
    tell("lapse, synced to lapse", samples["lapse, synced"], samples["lapse"])
    for lab in labs:
        calls, done = lab.count_syncs(seconds)
        print(f"  {lab.name} syncs, in {done} exchanges: " + (", ".join(
            f"{n} {c}" for c, n in calls.items()) or "nothing"), flush=True)
    return {name: statistics.median(got) for name, got in samples.items()}


def tell(what, ours, theirs):
    """The ratios of samples of the same turn."""
    ratios = [a / b for a, b in zip(ours, theirs)]
    print(f"  {what}: median {statistics.median(ratios):.2f}, "
          f"{min(ratios):.2f} to {max(ratios):.2f}", flush=True)


def bench(leases, turns, seconds):
    """All servers with so many leases; the median of each."""
    labs = []
    try:
        print(f"\n{leases} leases", flush=True)
        for make in (lambda: Lapse(leases, False), lambda: Lapse(leases, True),
                     lambda: Kea(leases), lambda: Dnsmasq(leases)):
            try:
                labs.append(make())
            except NotServed as why:
                print(f"  {why}", flush=True)
        return measure(labs, turns, seconds)
    finally:
        for lab in labs:
            lab.close()


def unable():
    """Why this cannot run here, if so."""
    if os.geteuid() != 0:
        return "needs root to make network namespaces"
    missing = [p for tool, p in NEEDED.items() if not shutil.which(tool)]
    if missing:
        return "needs the packages " + " ".join(missing)
    if not {SERVER_CORE, TESTER_CORE} <= os.sched_getaffinity(0):
        return "needs two processors"
    return None


def main():
    """Measure with few and with many leases; the exit code."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    sizes = [int(n) for n in sys.argv[3:]] or [1000, 50000]
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    why = unable()
    if why:
        print(f"bench_dhcp: {why}", file=sys.stderr)
        return 77
    versions = [subprocess.run([p, "-v"], text=True, capture_output=True,
                               check=False).stdout.split("\n")[0]
                for p in ("kea-dhcp4", "dnsmasq")]
    print(f"kernel {os.uname().release}, {os.cpu_count()} processors, load "
          f"{os.getloadavg()[0]:.1f}; Kea {versions[0]}; "
          f"{' '.join(versions[1].split()[:3])}; {turns} turns, each "
          f"sample the best of {len(STEPS)} or more runs of {seconds} s")
    medians = [bench(n, turns, seconds) for n in sizes]
    if len(sizes) > 1:
        print(f"\n{sizes[-1]} leases to {sizes[0]}: " + ", ".join(
            f"{name} {medians[-1][name] / medians[0][name]:.2f}"
            for name in medians[-1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())

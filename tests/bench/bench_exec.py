#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bench_exec - what `lapse exec` costs: its start, and an ordinary user's TCP

usage: sudo /usr/bin/python3 tests/bench/bench_exec.py [TURNS [SECONDS]]

The start: start_time (beside this file) wraps itself, and so tells how long it
took until the wrapped program ran, and until all was over. Beside lapse stand
pasta, which also gives a program a network of its own and a way out, and
unshare, which gives it an empty one: what the kernel takes for the namespaces.
pasta runs for an ordinary user only; it refuses root's work.

The throughput: iperf3 through `lapse exec`, an ordinary user's beside root's.
A user's lapsed has the receive buffer that net.core.rmem_max allows; root's has
64 MiB.

Samples are taken in turns, and only the ratio of two of one turn counts. The
aims are printed beside what was measured; nothing fails.

Packages: tools/deps bench.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from statistics import median

from common import gbit, machine, ratio, spread
from lab import BUILD
from runs import USER, Who, copy_programs, tun

START_AIM = 0.25                # seconds until the command runs
RATE_AIM = 0.5                  # of root's throughput, at least
TOOL = "start_time"
DIRECTIONS = {"upload": [], "download": ["-R"]}
# a folder, then the command line: where a user may open /dev/net/tun
WITH_TUN = ["unshare", "--mount", "--", "sh", "-ec",
            'mount --bind "$0/tun" /dev/net/tun; exec "$@"']


class Someone(Who):
    """Root or a user, and what they wrap a program in."""

    def __init__(self, folder, uid):
        super().__init__(folder, uid)
        self.name = "user" if uid else "root"
        self.tool = os.path.join(folder, "build", TOOL)
        self.wrappers = {"lapse": [self.lapse, "exec", "--"],
                         "unshare": ["unshare", "-Urn", "--"]}
        if uid and shutil.which("pasta") and os.path.exists("/dev/net/tun"):
            self.wrappers["pasta"] = ["pasta", "--"]

    def start(self, wrapper):
        """Milliseconds until a program runs in it, and until all is over."""
        done = subprocess.run(
            [*WITH_TUN, self.folder, *self.argv_of(
                [self.tool, *self.wrappers[wrapper], self.tool])],
            text=True, capture_output=True, timeout=60, check=False,
            stdin=subprocess.DEVNULL, **self.options({}))
        if done.returncode:
            raise AssertionError(f"{self.name}, {wrapper}: {done.stderr}")
        return [int(ns) / 1e6 for ns in done.stdout.split()]

    def bulk(self, direction, seconds):
        """Gbit/s of one run of iperf3."""
        done = self.exec("--server", "iperf3 -s -1 >/dev/null", "--",
                         *iperf(direction, seconds), timeout=seconds + 60)
        return gbit(done.stdout)


def iperf(direction, seconds):
    """The command that runs behind the NAT."""
    return ["iperf3", "-c", "server.lab", "-t", str(seconds), "-O", "0.3",
            "-J", *DIRECTIONS[direction]]


def start_turns(people, turns):
    """Samples in turns, each printed: by who and wrapper."""
    pairs = [(who, wrapper) for who in people for wrapper in who.wrappers]
    samples = {(who.name, wrapper): [] for who, wrapper in pairs}
    for who, wrapper in pairs:          # warm
        who.start(wrapper)
    for number in range(turns):
        for who, wrapper in pairs:
            samples[who.name, wrapper].append(who.start(wrapper))
        print(f"  {number + 1:2}  " + "   ".join(
            "{} {} {:.1f} {:.1f}".format(*pair, *of[-1])
            for pair, of in samples.items()), flush=True)
    return samples


def measure_start(people, turns):
    """All wrappers, as root and as a user."""
    print("\nstart: ms until the program runs, and until all is over")
    for who in people:
        for wrapper, argv in who.wrappers.items():
            print(f" {who.name}, {wrapper}: {' '.join(argv)} {TOOL}")
    samples = start_turns(people, turns)
    for index, what in enumerate(("running", "all over")):
        of = {pair: [s[index] for s in got] for pair, got in samples.items()}
        for (name, wrapper), got in of.items():
            print(f"  {what}, {name}, {wrapper}: {spread(got, '{:.1f} ms')}")
            if wrapper != "lapse":
                ratio(f"{what}, {name}, lapse to {wrapper}",
                      of[name, "lapse"], got)
        ratio(f"{what}, lapse, user to root", of["user", "lapse"],
              of["root", "lapse"])
    for who in people:
        ms = median(s[0] for s in samples[who.name, "lapse"])
        print(f"  aim: running after {START_AIM:g} s at most; {who.name}: "
              f"{ms / 1000:.3f} s")


def measure_bulk(root, user, direction, turns, seconds):
    """One direction, a user beside root."""
    print(f"\n{direction}: lapse exec --server 'iperf3 -s -1 >/dev/null' -- "
          f"{' '.join(iperf(direction, seconds))}")
    rates = {"user": [], "root": []}
    for who in (user, root):            # warm
        who.bulk(direction, 1)
    for number in range(turns):
        for who in (user, root):
            rates[who.name].append(who.bulk(direction, seconds))
        print(f"  {number + 1:2}  " + "   ".join(
            f"{name} {of[-1]:6.2f} Gbit/s" for name, of in rates.items()),
            flush=True)
    for name, of in rates.items():
        print(f"  {direction}, {name}: {spread(of, '{:.2f} Gbit/s')}")
    got = ratio(f"{direction}, user to root", rates["user"], rates["root"])
    print(f"  aim: {RATE_AIM:g} of root's at least; {got:.2f}")


def unable():
    """Why this cannot run here, if so."""
    if os.geteuid() != 0:
        return "needs root, to be root and a user in turns"
    missing = [p for p in ("iperf3", "setpriv", "unshare")
               if not shutil.which(p)]
    if missing:
        return f"needs {' '.join(missing)}: tools/deps bench"
    if not os.path.exists(os.path.join(BUILD, "tests/bench", TOOL)):
        return "needs make all bench-tools"
    return None


def main():
    """Measure the start, then both directions; the exit code."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    why = unable()
    if why:
        print(f"bench_exec: {why}", file=sys.stderr)
        return 77
    with tempfile.TemporaryDirectory(prefix="lapse-bench-") as folder:
        os.chmod(folder, 0o755)
        copy_programs(folder)
        shutil.copy(os.path.join(BUILD, "tests/bench", TOOL),
                    os.path.join(folder, "build"))
        tun(folder)
        root, user = Someone(folder, 0), Someone(folder, USER)
        with open("/proc/sys/net/core/rmem_max", encoding="ascii") as f:
            print(f"{machine()}; net.core.rmem_max {f.read().strip()}; lapse's "
                  f"own settings; {turns} turns, iperf3 for {seconds} s")
        if "pasta" not in user.wrappers:
            print("no pasta here: tools/deps bench")
        measure_start((root, user), turns)
        for direction in DIRECTIONS:
            measure_bulk(root, user, direction, turns, seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: GPL-2.0-or-later
"""lab - a `lapse lab` for an experiment, and sockets on its hosts

A socket of a host is an ordinary Python socket: a small program on the host
makes it and hands it over, and it stays on that host's network.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys

from lib.talk import PATIENCE, Unexpected, beat

SERVER = "198.51.100.7"
SERVER2 = "198.51.100.8"
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(os.path.dirname(HERE))

MAKER = """
import socket
with socket.socket(fileno=0) as us:
    while (kind := us.recv(1)):
        with socket.socket(socket.AF_INET, kind[0]) as made:
            socket.send_fds(us, [b"x"], [made.fileno()])
"""


def lapse_program():
    """The command: of LAPSE_BUILD, of this build tree, or the installed."""
    for folder in (os.environ.get("LAPSE_BUILD"), os.path.join(ROOT, "build")):
        if folder and os.access(os.path.join(folder, "lapse"), os.X_OK):
            return os.path.join(folder, "lapse")
    return "lapse"


class Host:
    """One host of the lab. A terminal's Ctrl-C is not for what runs there."""

    def __init__(self, lab, name):
        self.lab = lab
        self.name = name
        self.ours = None

    def command(self, *argv):
        """The command line that runs argv there."""
        return [lapse_program(), "lab", "exec", "--name", self.lab.name,
                self.name, "--", *argv]

    def run(self, *argv):
        """Run a command to its end; what it prints."""
        done = subprocess.run(self.command(*argv), check=False, text=True,
                              capture_output=True, timeout=2 * PATIENCE)
        if done.returncode:
            last = (done.stderr.splitlines() or ["no reason given"])[-1]
            raise Unexpected(f"a program on {self.name} failed: {last}")
        return done.stdout

    def program(self, name, *argv):
        """Start a program from programs/; it is there once it says so."""
        proc = subprocess.Popen(
            self.command(sys.executable,
                         os.path.join(HERE, "programs", name), *argv),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True)
        self.lab.programs.append(proc)
        if proc.stdout.readline() != "ready\n":
            raise Unexpected(f"{name} did not start on {self.name}")
        return proc

    def socket(self, kind, port=0):
        """A socket of this host, on a port of its own choice or this."""
        if not self.ours:
            self.ours, theirs = socket.socketpair()
            with theirs:
                self.lab.programs.append(subprocess.Popen(
                    self.command(sys.executable, "-c", MAKER), stdin=theirs,
                    start_new_session=True))
            self.lab.sockets.append(self.ours)
        self.ours.sendall(bytes([kind]))
        _, (number,), _, _ = socket.recv_fds(self.ours, 1, 1)
        made = socket.socket(fileno=number)
        made.settimeout(PATIENCE)
        if port:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(("0.0.0.0", port))
        self.lab.sockets.append(made)
        return made

    def udp(self, port=0):
        """A UDP socket."""
        return self.socket(socket.SOCK_DGRAM, port)

    def listen(self, port):
        """A TCP socket that listens."""
        made = self.socket(socket.SOCK_STREAM, port)
        made.listen(64)
        return made

    def connect(self, port, address=SERVER):
        """A TCP connection."""
        made = self.socket(socket.SOCK_STREAM)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            made.connect((address, port))
        except OSError as e:
            raise Unexpected(f"{self.name} gets no TCP connection to port "
                             f"{port}: {e.strerror or e}") from e
        return made


class Lab:
    """A standing lab. It ends with this script, even if that is killed."""

    def __init__(self, *options, profile="rfc-compliant", clients=1,
                 settings=()):
        Lab.count = getattr(Lab, "count", 0) + 1
        self.name = f"experiment-{os.getpid()}-{Lab.count}"
        self.programs = []
        self.sockets = []
        profiles = [profile] if isinstance(profile, str) else profile
        argv = [lapse_program(), "lab", "up", "--name", self.name,
                "--clients", str(clients), *options]
        for one in profiles:
            argv += ["--profile", one]
        for one in settings:
            argv += ["--set", one]
        self.guard = self.start_guard()
        done = subprocess.run(argv, stdout=subprocess.PIPE, text=True,
                              check=False, timeout=60)
        if done.returncode:
            self.close()
            raise Unexpected("the lab did not come up")
        self.client = [Host(self, f"client{i + 1}") for i in range(clients)]
        self.server = Host(self, "server")

    def start_guard(self):
        """Who takes the lab down when the other end of a pipe is gone."""
        script = "trap '' INT TERM HUP; read -r _; " \
            'exec "$1" lab down --name "$2" 2>/dev/null'
        return subprocess.Popen(
            ["sh", "-c", script, "sh", lapse_program(), self.name],
            stdin=subprocess.PIPE, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Take it down, and wait until it is."""
        self.guard.stdin.close()
        self.guard.wait(60)
        for proc in self.programs:
            proc.wait(60)
            for pipe in (proc.stdin, proc.stdout):
                if pipe:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
        for sock in self.sockets:
            sock.close()

    def lapse(self, *words):
        """Ask the gateway; the rows of the answer."""
        done = subprocess.run(
            [lapse_program(), "--socket", f"lab:{self.name}", "--json",
             *words], capture_output=True, text=True, check=False, timeout=90)
        if done.returncode:
            raise Unexpected(f"lapse {' '.join(words)} failed: "
                             f"{done.stderr.strip() or 'in silence'}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def one(self, *words):
        """The only row of the answer."""
        rows = self.lapse(*words)
        if len(rows) != 1:
            raise Unexpected(f"lapse {' '.join(words)} answers {len(rows)} "
                             "rows in place of one")
        return rows[0]

    def event(self, name, after=0, patience=2 * PATIENCE):
        """The first such event later than a number, once it is there."""
        try:
            return self.one("wait", name, "--after", str(after),
                            "--timeout", f"{patience}s")
        except Unexpected as e:
            raise Unexpected(f"no {name} came in {patience} s") from e

    def events(self, name, *words):
        """All such events until now."""
        return [row for row in self.lapse("events", *words)
                if row["event"] == name]

    def stat(self, name):
        """A counter."""
        return self.one("stats")[name]

    def advance(self, seconds):
        """Let so many seconds of lapse time pass at once."""
        self.lapse("clock", "advance", f"{seconds}s")

    def scale(self, factor):
        """Let the lapse clock run so many times as fast."""
        self.lapse("clock", "scale", str(factor))

    def freeze(self):
        """Let the lapse clock stand still, but for what is advanced."""
        self.lapse("clock", "freeze")

    def now(self):
        """Lapse time, in seconds."""
        return self.one("clock")["time"]

    def timer(self, key="nat.tcp-idle-timeout"):
        """A duration in force, seconds."""
        text = str(self.one("get", key)["value"])
        if text == "never":
            return float("inf")
        units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
        total, number = 0.0, ""
        for unit in text.replace("ms", "M"):
            if unit.isdigit() or unit == ".":
                number += unit
            elif unit in units or unit == "M":
                total += float(number) * units.get(unit, 0.001)
                number = ""
        return total

    def tcp(self, client=None, port=5222):
        """A TCP connection through the NAT: both ends, one byte each way."""
        client = client or self.client[0]
        with self.server.listen(port) as listener:
            near = client.connect(port)
            far = self.accept(listener)
        if not beat(near, far):
            raise Unexpected("a new TCP connection carries nothing")
        return near, far

    def accept(self, listener):
        """The server's end of a connection that was made."""
        far, _ = listener.accept()
        far.settimeout(PATIENCE)
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sockets.append(far)
        return far

# SPDX-License-Identifier: GPL-2.0-or-later
"""lab - a `lapse lab` for an experiment, and sockets on its hosts

A socket of a host is an ordinary Python socket: a small program on the host
makes it and hands it over, and it stays on that host's network.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time

SERVER = "198.51.100.7"
SERVER2 = "198.51.100.8"
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(os.path.dirname(HERE))

# Longest wait for anything that must come, wall seconds.
PATIENCE = 20

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


def poll(condition, what, patience=PATIENCE):
    """Wait until condition() is true; return what it is."""
    end = time.monotonic() + patience
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {patience} s in vain: {what}")
        time.sleep(0.02)
    return value


class Host:
    """One host of the lab."""

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
        return subprocess.run(self.command(*argv), check=True, text=True,
                              stdout=subprocess.PIPE, timeout=PATIENCE).stdout

    def program(self, name, *argv):
        """Start a program from programs/; it is there once it says so."""
        proc = subprocess.Popen(
            self.command(sys.executable,
                         os.path.join(HERE, "programs", name), *argv),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lab.programs.append(proc)
        if proc.stdout.readline() != "ready\n":
            raise RuntimeError(f"{name} did not start on {self.name}")
        return proc

    def socket(self, kind, port=0):
        """A socket of this host, on a port of its own choice or this."""
        if not self.ours:
            self.ours, theirs = socket.socketpair()
            with theirs:
                self.lab.programs.append(subprocess.Popen(
                    self.command(sys.executable, "-c", MAKER), stdin=theirs))
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
        made.connect((address, port))
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
            raise RuntimeError("lapse lab up failed")
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
             *words], stdout=subprocess.PIPE, text=True, check=True,
            timeout=90)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def one(self, *words):
        """The only row of the answer."""
        row, = self.lapse(*words)
        return row

    def stat(self, name):
        """A counter."""
        return self.one("stats")[name]

    def advance(self, seconds):
        """Let so many seconds of lapse time pass at once."""
        self.lapse("clock", "advance", f"{seconds}s")

    def scale(self, factor):
        """Let the lapse clock run so many times as fast."""
        self.lapse("clock", "scale", str(factor))

    def now(self):
        """Lapse time, in seconds."""
        return self.one("clock")["time"]

    def timer(self, key="nat.tcp-idle-timeout"):
        """A duration in force, seconds."""
        text = str(self.one("get", key)["value"])
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
            far, _ = listener.accept()
        far.settimeout(PATIENCE)
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sockets.append(far)
        assert beat(near, far)
        return near, far


def beat(near, far, patience=PATIENCE):
    """
    A heartbeat and its answer; whether both came. It waits until TCP has
    acknowledged all, so that nothing is under way any more.
    """
    try:
        near.sendall(b"b")
        if not arrives(far, patience) or far.recv(1) != b"b":
            return False
        far.sendall(b"a")
        if not arrives(near, patience) or near.recv(1) != b"a":
            return False
    except (ConnectionError, TimeoutError):
        return False
    near.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    poll(lambda: not unacked(near) and not unacked(far), "acknowledgements")
    return True


def arrives(sock, patience):
    """Whether there is something to read within so many seconds."""
    return bool(select.select([sock], [], [], patience)[0])


# Offsets in struct tcp_info of linux/tcp.h.
TCP_INFO = {"state": (0, 1), "retransmits": (2, 1), "probes": (3, 1),
            "unacked": (24, 4), "last-data-received": (52, 4),
            "last-ack-received": (56, 4)}


def tcp_info(sock, name):
    """What the kernel knows of a connection."""
    offset, size = TCP_INFO[name]
    data = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return int.from_bytes(data[offset:offset + size], sys.byteorder)


def unacked(sock):
    """How many segments the other end has not acknowledged."""
    return tcp_info(sock, "unacked")


def keepalive(sock, idle, interval, count):
    """Switch TCP's keepalive on: wall seconds, and how many probes."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, count)


def stop_after(seconds):
    """No experiment hangs: SIGALRM ends it, and the lab with it."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)

# SPDX-License-Identifier: GPL-2.0-or-later
"""host - a network namespace with a peer (peer.py) in it, and its sockets

The namespace has no name and lives by its peer, which the kernel ends when the
test dies, however it dies: nothing has to be swept up then.
"""

import ctypes
import errno
import itertools
import json
import os
import signal
import subprocess
import threading
import time

import packets

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"
PR_SET_PDEATHSIG = 1
# Sanitizers and valgrind take their time; no test is about speed.
SLOW = 8 if os.environ.get("LAPSE_VALGRIND") else 3 if "ASAN_OPTIONS" in \
    os.environ else 1

libc = ctypes.CDLL(None, use_errno=True)
namespaces = set()              # inodes of those that are open


def die_with_parent():
    """In a child: be killed when the thread that started us ends."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def poll(until, timeout=5.0, what=""):
    """Call a function until it returns something true, which is returned."""
    deadline = time.monotonic() + timeout * SLOW
    while True:
        value = until()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not in {timeout * SLOW:g} s: "
                                 f"{what or until.__doc__ or until}")
        time.sleep(0.02)


def inhabitants(inodes):
    """Processes that live in one of these network namespaces: pid, name."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}/ns/net").st_ino in inodes:
                with open(f"/proc/{pid}/comm", encoding="utf-8") as f:
                    found.append((int(pid), f.read().strip()))
        except OSError:
            continue
    return found


class Socket:
    """A socket of a peer."""

    def __init__(self, host, handle, local, remote=None):
        self.host, self.handle = host, handle
        self.local, self.remote = local, remote

    def call(self, operation, **arguments):
        """An operation on it."""
        return self.host.call(operation, sock=self.handle, **arguments)

    def accept(self, timeout=5):
        """The next connection."""
        handle, *remote = self.call("accept", timeout=timeout * SLOW)
        return Socket(self.host, handle, self.local, tuple(remote))

    def send(self, data, to=None):
        """Send bytes, a datagram perhaps to someone named."""
        return self.call("send", data=data.decode("latin-1"), to=to,
                         timeout=5 * SLOW)

    def recv(self, timeout=5, size=65536):
        """Receive; b"" is the end of the stream."""
        return self.recvfrom(timeout, size)[0]

    def recvfrom(self, timeout=5, size=65536):
        """Receive bytes, and from whom."""
        data, remote = self.call("recv", size=size, timeout=timeout * SLOW)
        return data.encode("latin-1"), tuple(remote) if remote else None

    def silent(self, timeout=0.3):
        """Whether nothing comes; not even an error or an end."""
        try:
            self.call("recv", size=65536, timeout=timeout)
        except TimeoutError:
            return True
        return False

    def option(self, name, value):
        """Set an option; names are in peer.py."""
        self.call("option", name=name, value=value)

    def state(self):
        """What the kernel thinks of it; takes a pending error."""
        return self.call("state")

    def icmp(self, timeout=5):
        """The next ICMP error; needs the option `recverr`."""
        return self.call("icmp", timeout=timeout * SLOW)

    def pump(self, size, seed=1):
        """Send so many bytes; a Future of their SHA-256."""
        return self.host.begin("pump", sock=self.handle, size=size, seed=seed,
                               timeout=30 * SLOW)

    def drain(self, size, timeout=30):
        """Receive so many; a Future of their SHA-256."""
        return self.host.begin("drain", sock=self.handle, size=size,
                               timeout=timeout * SLOW)

    def echo(self):
        """Send back what comes, from now on."""
        self.call("echo")
        return self

    def shutdown(self):
        """Send a FIN."""
        self.call("shutdown")

    def close(self, reset=False):
        """Close, or break off."""
        self.call("close", reset=reset)


class Recording:
    """An interface that is being recorded."""

    def __init__(self, host, handle, path):
        self.host, self.handle, self.path = host, handle, path

    def packets(self, wanted=lambda packet: True):
        """What was recorded so far and is wanted."""
        self.host.call("recorded", sock=self.handle)
        return [p for p in packets.read(self.path) if wanted(p)]

    def check(self):
        """All of it may be seen outside; Return: the packets."""
        found = self.packets()
        packets.check(found)
        return found


class Future:
    """An answer that is to come."""

    def __init__(self, what):
        self.what, self.done = what, threading.Event()
        self.reply = {}

    def result(self, timeout=120):
        """Wait for it; raises what the operation met."""
        if not self.done.wait(timeout * SLOW):
            raise AssertionError(f"no answer to {self.what}")
        if "value" in self.reply:
            return self.reply["value"]
        if "errno" in self.reply:
            name = self.reply["errno"]
            number = getattr(errno, name, 0)
            raise OSError(number, name)
        if "timeout" in self.reply:
            raise TimeoutError(self.what)
        raise AssertionError(f"{self.what}: {self.reply.get('error')}")


class Host:
    """A namespace."""

    def __init__(self, name, log):
        self.name, self.log = name, log
        self.numbers = itertools.count(1)
        self.futures = {0: Future(f"the start of {name}")}
        self.lock = threading.Lock()
        self.proc = subprocess.Popen(
            ["unshare", "--net", "--", PYTHON, os.path.join(HERE, "peer.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            text=True, preexec_fn=die_with_parent,
            env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def wait_ready(self):
        """Until the peer serves; starts of several hosts overlap."""
        self.futures[0].result(20)
        self.inode = os.stat(f"/proc/{self.proc.pid}/ns/net").st_ino
        assert self.inode != os.stat("/proc/self/ns/net").st_ino
        namespaces.add(self.inode)

    def read(self):
        """Take in answers."""
        for line in self.proc.stdout:
            reply = json.loads(line)
            with self.lock:
                future = self.futures.pop(reply["id"], None) \
                    if reply["id"] else self.futures[0]
            if future:
                future.reply = reply
                future.done.set()
        with self.lock:
            for future in self.futures.values():
                if not future.done.is_set():
                    future.reply = {"error": f"{self.name} has ended"}
                    future.done.set()

    def begin(self, operation, **arguments):
        """Start an operation of the peer: a Future."""
        number = next(self.numbers)
        future = Future(f"{self.name}: {operation}")
        with self.lock:
            self.futures[number] = future
            self.proc.stdin.write(json.dumps(
                dict(arguments, id=number, op=operation)) + "\n")
            self.proc.stdin.flush()
        return future

    def call(self, operation, **arguments):
        """An operation of the peer, and its answer."""
        return self.begin(operation, **arguments).result(
            arguments.get("timeout", 0) + 20)

    def enter(self, *argv):
        """The command line that runs a program here."""
        return ["nsenter", f"--net=/proc/{self.proc.pid}/ns/net", "--", *argv]

    def run(self, *argv, check=True, timeout=60, **how):
        """Run a program here to its end; its output is text."""
        done = subprocess.run(
            self.enter(*argv), text=True, capture_output=True, check=False,
            timeout=timeout * SLOW, preexec_fn=die_with_parent, **how)
        self.log.write(f"{self.name}# {' '.join(argv)} -> {done.returncode}\n"
                       f"{done.stdout[-4000:]}{done.stderr[-4000:]}")
        self.log.flush()
        if check and done.returncode:
            raise AssertionError(f"{self.name}: {' '.join(argv)}: exit "
                                 f"{done.returncode}: {done.stderr.strip()}")
        return done

    def start(self, *argv, **how):
        """Start a program here; it ends with the lab at the latest."""
        return subprocess.Popen(self.enter(*argv), text=True,
                                preexec_fn=die_with_parent, **how)

    def ip(self, *lines):
        """Lines for `ip -batch`."""
        self.run("ip", "-batch", "-", input="\n".join(lines) + "\n")

    def sysctl(self, name, value=None):
        """Read or write a switch of this namespace, such as net.ipv4.x."""
        path = "/proc/sys/" + name.replace(".", "/")
        if value is None:
            return self.call("read", path=path).strip()
        return self.call("write", path=path, text=str(value))

    # --- sockets ---

    def listen(self, port, address="0.0.0.0"):
        """A listening TCP socket."""
        handle, *local = self.call("listen", address=address, port=port)
        return Socket(self, handle, tuple(local))

    def connect(self, remote, local=("0.0.0.0", 0), timeout=5):
        """A TCP connection."""
        handle, *own = self.call("connect", remote=remote, local=local,
                                 timeout=timeout * SLOW)
        return Socket(self, handle, tuple(own), tuple(remote))

    def udp(self, local=("0.0.0.0", 0), remote=None):
        """A UDP socket."""
        handle, *own = self.call("udp", local=local, remote=remote)
        return Socket(self, handle, tuple(own), remote)

    def record(self, interface, path):
        """Record an interface."""
        handle = self.call("record", interface=interface, path=path)
        return Recording(self, handle, path)

    def close(self):
        """
        End all that runs here, the peer last.

        Numbers of namespaces are used again, so it is held until all is over.
        """
        held = None
        if hasattr(self, "inode"):
            held = open(f"/proc/{self.proc.pid}/ns/net", "rb")
            self.evict(self.proc.pid)
        self.proc.kill()
        self.proc.wait()
        self.reader.join()
        self.proc.stdin.close()
        self.proc.stdout.close()
        if held:
            self.evict()
            namespaces.discard(self.inode)
            held.close()

    def evict(self, *spare):
        """Kill all processes here but these, and wait for their end."""
        def gone():
            others = [pid for pid, _ in inhabitants({self.inode})
                      if pid not in spare]
            for pid in others:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            return not others
        poll(gone, 5, f"all processes of {self.name} have ended")

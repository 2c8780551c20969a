# SPDX-License-Identifier: GPL-2.0-or-later
"""lab - a gateway with lapsed between clients and the outside

    client1 -+                                       198.51.100.0/24
    client2 -+- bridge `lan` [gateway] `wan` ------- server  .7
      ...    |  192.168.77.1           198.51.100.1
             192.168.77.2, .3, ...

or, with router=True, a router in between and the server behind it:

    [gateway] `wan` --- .254 [router] 203.0.113.1 --- 203.0.113.7 server

Nobody outside has a route to a private address.
"""

import atexit
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

from host import SLOW, Host, die_with_parent, inhabitants, namespaces, poll

SOURCE = os.environ.get("LAPSE_SOURCE") or os.path.abspath(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
BUILD = os.environ.get("LAPSE_BUILD") or os.path.join(SOURCE, "build")
INSIDE, OUTSIDE = "192.168.77.1", "198.51.100.1"
SERVER, SERVER2, ROUTER = "198.51.100.7", "198.51.100.8", "198.51.100.254"
FAR = "203.0.113.7"

labs = []               # those that are open


class Lab:
    """The hosts, lapsed, and what it is asked."""

    def __init__(self, keep=None, clients=1, router=False, wan_mtu=1500,
                 offload="all", start=True, settings=None, **nat):
        """
        keep      folder that receives the logs in case of failure
        offload   who leaves checksums and segmentation undone: "all" links;
                  "hosts", but not the gateway's WAN; "none"
        settings  further settings, beside lan and wan
        nat       settings below `nat`, with _ for -
        """
        self.keep, self.failed = keep, False
        self.dir = tempfile.mkdtemp(prefix="lapse-e2e-")
        labs.append(self)
        os.chmod(self.dir, 0o755)
        self.log = open(self.path("hosts.log"), "w", encoding="utf-8")
        self.lapsed = self.lapsed_log = None
        self.records = 0
        self.server_address = FAR if router else SERVER
        self.clients = [Host(f"client{n + 1}", self.log)
                        for n in range(clients)]
        self.gateway = Host("gateway", self.log)
        self.server = Host("server", self.log)
        self.router = Host("router", self.log) if router else None
        self.client = self.clients[0]
        self.hosts = self.clients + [self.gateway, self.server]
        self.hosts += [self.router] if router else []
        self.settings = {
            "profile": "rfc-compliant",
            "lan": [{"interface": "lan", "address": INSIDE + "/24"}],
            "wan": {"interface": "wan"},
            "nat": {k.replace("_", "-"): v for k, v in nat.items()},
            "control": {"socket": self.path("control.sock")},
            "log": {"level": "debug", "destinations": "true"},
            "seed": "1",
        }
        for key, value in (settings or {}).items():
            if isinstance(value, dict):
                value = dict(self.settings.get(key, {}), **value)
            self.settings[key] = value
        try:
            self.build(wan_mtu, offload)
            if start:
                self.start()
        except BaseException:
            self.failed = True
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.failed = self.failed or kind is not None
        self.close()

    def path(self, name):
        """A file of this lab."""
        return os.path.join(self.dir, name)

    def build(self, wan_mtu, offload):
        """Connect the hosts."""
        for host in self.hosts:
            host.wait_ready()
            host.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
            host.ip("link set lo up")
        outer = self.router or self.server
        lines = ["link add lan type bridge",
                 f"link add wan mtu {wan_mtu} type veth peer name eth0 "
                 f"mtu {wan_mtu} netns {outer.proc.pid}",
                 f"address add {OUTSIDE}/24 dev wan",
                 f"address add {INSIDE}/24 dev lan",
                 "link set wan up", "link set lan up"]
        for number, host in enumerate(self.clients):
            lines += [f"link add c{number} type veth peer name eth0 "
                      f"netns {host.proc.pid}",
                      f"link set c{number} master lan up"]
        self.gateway.ip(*lines)
        self.bridge_netfilter(False)
        for number, host in enumerate(self.clients):
            host.address = f"192.168.77.{number + 2}"
            host.ip(f"address add {host.address}/24 dev eth0",
                    "link set eth0 up", f"route add default via {INSIDE}")
        if self.router:
            self.build_router()
        else:
            self.server.ip(f"address add {SERVER}/24 dev eth0",
                           f"address add {SERVER2}/24 dev eth0",
                           "link set eth0 up")
        if offload == "none":
            self.no_offload()
        elif offload == "hosts":
            self.gateway.run("ethtool", "-K", "wan", "tx", "off")

    def bridge_netfilter(self, on):
        """
        Whether the kernel calls the rules for what a bridge forwards, too: if
        it has br_netfilter (Docker loads it), that is its default.
        """
        name = "net.bridge.bridge-nf-call-iptables"
        if os.path.exists("/proc/sys/" + name.replace(".", "/")):
            self.gateway.sysctl(name, int(on))
            return True
        return False

    def build_router(self):
        """The way from the gateway to a server far away."""
        self.router.ip(
            f"address add {ROUTER}/24 dev eth0", "link set eth0 up",
            "link add eth1 type veth peer name eth0 "
            f"netns {self.server.proc.pid}",
            "address add 203.0.113.1/24 dev eth1", "link set eth1 up")
        self.router.sysctl("net.ipv4.ip_forward", 1)
        self.server.ip(f"address add {FAR}/24 dev eth0", "link set eth0 up",
                       "route add default via 203.0.113.1")
        self.gateway.ip(f"route add default via {ROUTER}")

    def no_offload(self):
        """Let every host compute its checksums before it sends."""
        links = [(h, "eth0") for h in self.hosts if h is not self.gateway]
        links += [(self.gateway, f"c{n}") for n in range(len(self.clients))]
        links += [(self.gateway, "wan"), (self.gateway, "lan")]
        links += [(self.router, "eth1")] if self.router else []
        for host, link in links:
            host.run("ethtool", "-K", link, "tx", "off")

    # --- lapsed ---

    def environment(self):
        """What lapsed and lapse run with."""
        return dict(os.environ, LAPSE_RUN_DIR=self.path("run"),
                    LAPSE_SOCKET=self.path("control.sock"))

    def configure(self, text=None):
        """Write the settings file; JSON is YAML too."""
        with open(self.path("lapse.yaml"), "w", encoding="utf-8") as f:
            f.write(text if text is not None
                    else json.dumps(self.settings, indent=2) + "\n")

    def run_lapsed(self, *arguments, **how):
        """Run lapsed to its end: its exit code and its output."""
        return self.gateway.run(os.path.join(BUILD, "lapsed"), *arguments,
                                check=False, env=self.environment(), **how)

    def start_command(self):
        """Its command line."""
        return [os.path.join(BUILD, "lapsed"), "-c", self.path("lapse.yaml")]

    def start(self):
        """Start lapsed, and wait until it serves."""
        self.configure()
        self.lapsed_log = open(self.path("lapsed.log"), "a", encoding="utf-8")
        self.lapsed = self.gateway.start(
            *self.start_command(),
            env=self.environment(), stdin=subprocess.DEVNULL,
            stdout=self.lapsed_log, stderr=self.lapsed_log)
        poll(self.is_ready, 20, "lapsed is ready")

    def is_ready(self):
        """Whether lapsed serves; an error if it has ended."""
        assert self.lapsed.poll() is None, \
            f"lapsed has ended with {self.lapsed.returncode}:\n{self.said()}"
        return self.ask("status").returncode == 0

    def said(self):
        """What lapsed has written."""
        with open(self.path("lapsed.log"), encoding="utf-8") as f:
            return f.read()

    def stop(self, how=signal.SIGTERM):
        """End lapsed, and wait; Return: its exit code."""
        self.lapsed.send_signal(how)
        code = self.lapsed.wait(20 * SLOW)
        self.lapsed = None
        self.lapsed_log.close()
        return code

    def ask(self, *command):
        """Run lapse."""
        done = subprocess.run(
            [os.path.join(BUILD, "lapse"), *map(str, command)], text=True,
            capture_output=True, check=False, timeout=60 * SLOW,
            env=self.environment(), preexec_fn=die_with_parent)
        self.log.write(f"lapse {' '.join(map(str, command))} -> "
                       f"{done.returncode}\n{done.stdout[-4000:]}"
                       f"{done.stderr[-4000:]}")
        self.log.flush()
        return done

    def lapse(self, *command, code=0):
        """The rows that a command of lapse prints."""
        done = self.ask("--json", *command)
        assert done.returncode == code, \
            f"lapse {command}: exit {done.returncode}: {done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    def one(self, *command):
        """The only row that a command prints."""
        row, = self.lapse(*command)
        return row

    def sessions(self, *wanted):
        """The sessions that match a filter."""
        return self.lapse("sessions", *wanted)

    def session(self, *wanted):
        """The one session that matches a filter."""
        return self.one("sessions", *wanted)

    def clock(self, *what):
        """Change the lapse clock."""
        return self.one("clock", *what)

    def stat(self, name):
        """A counter."""
        return self.one("stats")[name]

    def machine(self):
        """All that lapsed may change on the gateway, and has to put back."""
        saved = self.gateway.run("iptables-save").stdout
        rules = [line for line in saved.splitlines()
                 if re.match(r"-A|:\S+ - ", line)]
        shown = [self.gateway.run("ip", *words.split()).stdout for words in
                 ("-4 -o address", "route show table all", "neigh show proxy",
                  "rule")]
        return {"rules": rules, "shown": shown,
                "switches": self.gateway.call("switches"),
                "nft": self.tables()}

    def tables(self):
        """The tables that nft knows, other than iptables' own."""
        done = self.gateway.run("nft", "list", "tables", check=False)
        return [t for t in done.stdout.splitlines()
                if t.split()[-1] not in ("filter", "mangle", "raw", "nat")]

    # --- what is seen ---

    def record(self, host=None, interface="eth0"):
        """Record an interface; the outside's by default."""
        host = host or self.router or self.server
        self.records += 1
        return host.record(interface, self.path(
            f"{self.records}-{host.name}-{interface}.pcap"))

    def tcp(self, port=5000, client=None, local_port=0):
        """A TCP connection: the client's side, and the server's."""
        listener = self.server.listen(port)
        try:
            near = (client or self.client).connect(
                (self.server_address, port), ("0.0.0.0", local_port))
            return near, listener.accept()
        finally:
            listener.close()

    @staticmethod
    def until(true, what=""):
        """Wait until something is so."""
        return poll(true, 10, what)

    @staticmethod
    def settle(*sockets):
        """
        Until all is acknowledged that these sockets have sent: an ACK that
        is delayed may not come after the clock was moved.
        """
        for sock in sockets:
            poll(lambda s=sock: s.state()["unacked"] == 0, 5, "the last ACK")

    # --- the end ---

    def close(self):
        """Stop lapsed cleanly, end all else, keep the logs of a failure."""
        if self not in labs:
            return
        labs.remove(self)
        code = 0
        try:
            if self.lapsed:
                code = self.lapsed.poll()
                code = self.stop() if code is None else code
        finally:
            for host in self.hosts:
                host.close()
            self.log.close()
            said = self.said() if self.lapsed_log else ""
            if self.keep and (self.failed or code):
                shutil.rmtree(self.keep, ignore_errors=True)
                shutil.copytree(self.dir, self.keep, symlinks=True,
                                ignore=shutil.ignore_patterns("*.sock"))
            shutil.rmtree(self.dir)
        assert code == 0 or self.failed, f"lapsed ended with {code}:\n{said}"


def close_all():
    """Close what is still open."""
    for lab in list(labs):
        lab.failed = True
        lab.close()


def leftovers():
    """What is left of all the labs there were: a list, to be empty."""
    left = [f"process {p}" for p in inhabitants(namespaces)]
    return left + [f"lab {lab.dir}" for lab in labs]


atexit.register(close_all)

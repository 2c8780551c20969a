#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""demo - what a push connection lives through behind China Mobile, 2013

usage: sudo make demo

Real programs talk over real sockets through lapsed, in network namespaces of
their own. Each step is checked; the first that fails ends the demo, exit 1.
"""

import os
import sys
import time

from host import poll
from lab import BUILD, SERVER, SOURCE, Lab

PROFILE = "cn-mobile-2g3g-2013"
KEEP = os.path.join(SOURCE, os.environ.get("O", "build"), "log", "demo")
COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ
TCP_IDLE, UDP_IDLE = 300, 120       # what the profile says, in seconds


def paint(code, text):
    """Text in a colour, on a terminal."""
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


class Failed(Exception):
    """A step did not go as the story says."""


def expect(true, what):
    """Check something; say it either way."""
    if not true:
        raise Failed(what)
    print(f"   {paint('32', 'ok')}  {what}", flush=True)


class Demo:
    """The story."""

    def __init__(self, lab):
        self.lab = lab
        self.tried = []             # (what was tried, what happened)

    def say(self, *command):
        """Run a command of lapse, for all to see."""
        print(paint("1", f"   $ lapse {' '.join(command)}"))
        done = self.lab.ask(*command)
        for line in done.stdout.splitlines():
            print("     " + line)
        if done.returncode:
            raise Failed(done.stderr.strip())

    def clock(self, *command):
        """Change the lapse clock, for all to see."""
        print(paint("1", f"   $ lapse clock {' '.join(command)}"))
        return self.lab.clock(*command)

    def step(self, title):
        """Begin a chapter."""
        print(f"\n{paint('1;36', title)}", flush=True)

    def result(self, tried, happened):
        """A line of the closing table."""
        self.tried.append((tried, happened))

    def mapped(self, near):
        """The external endpoint of a connection; None without a session."""
        rows = self.lab.sessions("protocol=tcp", "internal="
                                 f"{self.lab.client.address}:{near.local[1]}")
        return rows[0]["external"] if len(rows) == 1 else None

    def talk(self, near, far, word):
        """Data in both directions."""
        near.send(word.encode())
        if far.recv() != word.encode():
            return False
        far.send(b"and back")
        if near.recv() != b"and back":
            return False
        self.lab.settle(near, far)
        return True

    def number(self):
        """The number of the last event."""
        return str(self.lab.one("status")["events"])

    # --- the chapters ---

    def countdown(self):
        """A connection and a flow, and the table's countdown."""
        self.step("1  An app opens its push connection over TCP, and a UDP "
                  "flow besides.")
        lab = self.lab
        near, far = lab.tcp(5222)
        expect(self.talk(near, far, "hello"), "TCP data goes both ways")
        expect(far.remote[0] == "198.51.100.1",
               f"the server sees {far.remote[0]}:{far.remote[1]}, not "
               f"{lab.client.address}:{near.local[1]}")
        echo = lab.server.udp((SERVER, 3478)).echo()
        udp = lab.client.udp(remote=echo.local)
        udp.send(b"ping")
        expect(udp.recv() == b"ping", "UDP goes there and back")
        self.clock("advance", "1m")
        self.say("sessions")
        left = lab.session("protocol=tcp")["expires-in"]
        expect(left == TCP_IDLE - 60, f"after an idle minute {left:.0f} s of "
               f"the {TCP_IDLE} s are left to the connection")
        left = lab.session("protocol=udp")["expires-in"]
        expect(left == UDP_IDLE - 60,
               f"and {left:.0f} s of {UDP_IDLE} s to the UDP flow")
        self.result("TCP and UDP through the NAT", "works; the table counts "
                    f"down from {TCP_IDLE} s and {UDP_IDLE} s")
        return near, far, udp

    def below(self, near, far, udp):
        """Just below the timers."""
        self.step("2  Idle to just below 5 minutes: nothing has happened yet.")
        lab = self.lab
        number = self.number()
        self.clock("advance", "3m59s")
        lab.lapse("wait", "session-deleted", "protocol=udp", "--reason",
                  "idle", "--after", number, "--timeout", "5s")
        expect(not lab.sessions("protocol=udp"),
               "the UDP flow has lapsed meanwhile, after its 2 minutes")
        left = lab.session("protocol=tcp")["expires-in"]
        expect(left == 1, f"{left:.0f} s is left to the connection")
        expect(self.talk(near, far, "still here"),
               "the TCP connection still carries data, both ways")
        left = lab.session("protocol=tcp")["expires-in"]
        expect(left == TCP_IDLE, f"and that gave it {left:.0f} s again")
        self.result("TCP, idle for 4 m 59 s", "data passes")
        udp.send(b"again")
        expect(udp.recv() == b"again",
               "the next datagram simply gets a new mapping, from port "
               + lab.session("protocol=udp")["external"].split(":")[1])
        self.result("UDP, idle for 4 m 59 s", "lapsed after 2 m; the next "
                    "datagram gets a new port")

    def beyond(self, near):
        """Past the timer."""
        self.step("3  Idle past 5 minutes: the session lapses, and nobody is "
                  "told.")
        number = self.number()
        self.clock("advance", "5m0.001s")
        self.say("wait", "session-deleted", "protocol=tcp", "--reason",
                 "idle", "--after", number, "--timeout", "5s")
        expect(self.mapped(near) is None, "the connection has no session")
        expect(near.state()["tcp"] == "established",
               "the app's socket still calls itself established")

    def push(self, near, far, seen):
        """What the server pushes then."""
        self.step("4  The server pushes a message: lost in silence.")
        before = len(seen.packets())
        drops = self.lab.stat("drop-no-mapping")
        far.send(b"you have mail")
        poll(lambda: far.state()["retransmits"] >= 2, 10,
             "the server retransmits")
        expect(self.lab.stat("drop-no-mapping") >= drops + 2,
               "the gateway drops it, and each retransmission")
        expect(near.silent(), "the app receives nothing")
        state = far.state()
        expect(state["tcp"] == "established" and not state["error"],
               "the server's socket sees no error, it only retransmits")
        answers = [p for p in seen.packets()[before:] if p.src != SERVER]
        expect(not answers, "no RST and no ICMP error came back to it")
        self.result("TCP idle > 5 m, server pushes",
                    "lost in silence; the server only retransmits")

    def use(self, near, far, seen):
        """What the client sends then."""
        self.step("5  The app sends: its data no longer belong to the old "
                  "session.")
        before = len(seen.packets())
        near.send(b"are you there?")
        try:
            near.recv()
            error = None
        except ConnectionResetError:
            error = "ECONNRESET"
        expect(error == "ECONNRESET", "its next read fails with ECONNRESET")
        new = [p for p in seen.packets()[before:]
               if p.payload == b"are you there?"]
        expect(new and new[0].sport != far.remote[1],
               f"the NAT has sent them from port {new[0].sport if new else 0},"
               f" not from {far.remote[1]} (the profile says: remap)")
        rst = [p for p in seen.packets()[before:] if p.src == SERVER and
               p.dport == new[0].sport and "R" in p.flags]
        expect(rst, "the server knows no such connection and answered RST")
        expect(far.state()["tcp"] == "established",
               "its own end of the old one still hopes")
        self.result("TCP idle > 5 m, client sends",
                    "new external port, RST, ECONNRESET")

    def heartbeat(self):
        """An hour with a heartbeat."""
        self.step("6  The same connection with a heartbeat of 4 m 30 s, for "
                  "an hour.")
        near, far = self.lab.tcp(5222)
        expect(self.talk(near, far, "hello"), "connected")
        first = self.mapped(near)
        print(paint("1", "   $ lapse clock advance 4m30s")
              + "    (14 times, with a beat after each)")
        for _ in range(14):
            self.lab.clock("advance", "4m30s")
            if not self.talk(near, far, "beat"):
                raise Failed("a heartbeat was lost")
        age = 14 * 4.5
        expect(self.mapped(near) == first,
               f"after {age:.0f} minutes it is the same session, {first}")
        far.send(b"you have mail")
        expect(near.recv() == b"you have mail", "a push arrives")
        self.result("TCP, heartbeat every 4 m 30 s", f"lives: {age:.0f} m, "
                    "same external port")
        near.close()

    def keep_alive(self, scale):
        """A connection with TCP keepalive of 2 s, on a scaled clock."""
        near, far = self.lab.tcp(5222)
        for name, value in (("keepalive", 1), ("keepidle", 2),
                            ("keepintvl", 2), ("keepcnt", 5)):
            near.option(name, value)
        expect(self.talk(near, far, "hello"), "connected, with the kernel's "
               f"keepalive after 2 s, which here is {2 * scale} s")
        self.clock("scale", str(scale))
        self.clock("resume")
        return near, far

    def freeze(self):
        """The clock as the other chapters have it."""
        self.clock("freeze")
        self.lab.clock("scale", "1")

    def keepalive_long(self):
        """The kernel's default of two hours."""
        self.step("7  TCP keepalive does not save it: its 2 hours are longer "
                  "than 5 minutes.")
        number = self.number()
        near, far = self.keep_alive(3600)
        self.lab.lapse("wait", "session-deleted", "protocol=tcp", "--reason",
                       "idle", "--after", number, "--timeout", "10s")
        expect(near.state()["tcp"] == "established",
               "the session has lapsed long before the first probe")
        far.send(b"you have mail")
        try:
            got = near.recv(10)
        except ConnectionResetError:
            got = None
        expect(got is None, "the push is lost, and the first probe meets RST: "
               "ECONNRESET")
        self.freeze()
        self.result("TCP, keepalive after 7200 s", "dies: pushes are lost, "
                    "the first probe draws a RST")

    def keepalive_short(self):
        """The counter-proof."""
        self.step("8  The counter-proof: a keepalive of 200 s does.")
        near, far = self.keep_alive(100)
        first = self.mapped(near)
        start = self.lab.clock("show")["time"]
        poll(lambda: self.lab.clock("show")["time"] > start + 3 * TCP_IDLE, 20,
             "15 minutes of lapse time")
        self.freeze()
        expect(self.mapped(near) == first,
               "after 15 idle minutes it is the same session")
        far.send(b"you have mail")
        expect(near.recv() == b"you have mail", "a push arrives")
        self.result("TCP, keepalive after 200 s", "lives: 15 m without data")

    def run(self):
        """All chapters."""
        seen = self.lab.record()
        self.clock("freeze")
        near, far, udp = self.countdown()
        self.below(near, far, udp)
        self.beyond(near)
        self.push(near, far, seen)
        self.use(near, far, seen)
        self.heartbeat()
        self.keepalive_long()
        self.keepalive_short()
        self.step("9  And the outside?")
        seen.check()
        expect(True, f"all {len(seen.packets())} packets there had good "
               "checksums and no private address")

    def table(self):
        """What was tried, what happened."""
        width = max(len(t) for t, _ in self.tried)
        print()
        print(paint("1", f"{'WHAT WAS TRIED':{width}}  WHAT HAPPENED"))
        for tried, happened in self.tried:
            print(f"{tried:{width}}  {happened}")


def main():
    """Tell the story; the exit code."""
    if os.geteuid() != 0:
        print("demo: needs root to make network namespaces: sudo make demo",
              file=sys.stderr)
        return 1
    if not os.access(os.path.join(BUILD, "lapsed"), os.X_OK):
        print(f"demo: no {BUILD}/lapsed: run make first", file=sys.stderr)
        return 1
    began = time.monotonic()
    try:
        with Lab(KEEP, settings={"profile": PROFILE}) as lab:
            print(f"client {lab.client.address} - gateway with lapsed, "
                  f"profile {PROFILE} - server {SERVER}")
            demo = Demo(lab)
            demo.run()
    except (Failed, AssertionError, OSError) as e:
        print(f"   {paint('31', 'FAILED')}  {e}\ndemo failed; logs and "
              f"packets are in {os.path.relpath(KEEP)}")
        return 1
    demo.table()
    took = time.monotonic() - began
    print(f"\nEvery step was checked. It took {took:.0f} s, most of them to "
          "wait for keepalives.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

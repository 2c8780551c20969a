#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""lease - a DHCP client that is told how time passes

usage: lease.py

It gets a lease, uses its address, and prints the ack, a JSON object. Then each
line that it reads is a number of seconds that have passed. By what the server
told it, it asks at T1 (renew), at T2 all servers (rebind), and gives the
address up when the lease is over; it asks once each. It answers each line with
one of its own, what it did and what came of it: "nothing", "renew ack", "renew
silence", "rebind ack", "expired" and so on.
"""

import json
import subprocess
import sys

import dhcp

PATIENCE = 3


def use(address):
    """Have this address, or none."""
    subprocess.run(["ip", "-4", "address", "flush", "dev", "eth0"], check=True)
    if address:
        subprocess.run(["ip", "address", "add", address + "/24", "dev",
                        "eth0"], check=True)


class Lease:
    """A lease, and how old it is."""

    def __init__(self):
        self.client = dhcp.Client()
        self.client.discover()
        if not (offer := self.client.answer(10)):
            sys.exit("no offer came")
        self.client.take(offer)
        self.ack = self.client.answer(10)
        if not self.ack or self.ack["kind"] != "ack":
            sys.exit(f"no ack came, but {self.ack}")
        use(self.ack["address"])
        self.age = 0
        self.asked = []

    def ask(self, what, server):
        """Renew or rebind, once for this lease."""
        if what in self.asked:
            return "nothing"
        self.asked.append(what)
        self.client.send(dhcp.REQUEST, server, self.ack["address"])
        answer = self.client.answer(PATIENCE)
        if answer and answer["kind"] == "ack":
            self.ack, self.age, self.asked = answer, 0, []
        return f"{what} {answer['kind'] if answer else 'silence'}"

    def grow(self, seconds):
        """Time passes; what we did."""
        self.age += seconds
        if not self.ack:
            return "nothing"
        if self.age >= self.ack["lease"]:
            self.ack = None
            use(None)
            return "expired"
        if self.age >= self.ack["t2"]:
            return self.ask("rebind", dhcp.ANYWHERE)
        if self.age >= self.ack["t1"]:
            return self.ask("renew", self.ack["server"])
        return "nothing"


def main():
    """Live by what is read."""
    lease = Lease()
    print("ready\n" + json.dumps(lease.ack), flush=True)
    for line in sys.stdin:
        print(lease.grow(float(line)), flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""delay - a long cable, for kernels without netem

usage: delay.py MILLISECONDS ADDRESS/BITS GATEWAY COMMAND...

The command runs on a host of its own, with that address, behind this host's
eth0, which loses its own. Each frame between the two is held for so long, in
either direction: the path's round trip is longer by twice that. Needs root's
rights over the network, which a lab's hosts have.
"""

import os
import select
import socket
import subprocess
import sys
import time
from collections import deque

SOL_PACKET, PACKET_VNET_HDR = 263, 15
ETH_P_ALL = 3
OWN = 4  # PACKET_OUTGOING: what we sent ourselves


def ip(*words):
    """iproute2."""
    subprocess.run(["ip", *words], check=True)


def tap(interface):
    """
    All frames of an interface. Each has a header before it that says what of
    its checksum and its segments is still to be done, and is handed on so.
    """
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    sock.bind((interface, ETH_P_ALL))
    sock.setblocking(False)
    return sock


def lay(address, gateway, argv):
    """Put the host behind us, and start the command there."""
    with open("/sys/class/net/eth0/address", encoding="ascii") as f:
        mac = f.read().strip()
    inside = subprocess.Popen(
        ["unshare", "--net", "--", "sh", "-c",
         'read -r _ && exec "$@"', "sh", *argv], stdin=subprocess.PIPE)
    ours = os.readlink("/proc/self/ns/net")
    while os.readlink(f"/proc/{inside.pid}/ns/net") == ours:
        time.sleep(0.001)
    ip("address", "flush", "dev", "eth0")
    ip("link", "add", "cable", "type", "veth", "peer", "name", "eth0",
       "address", mac, "netns", str(inside.pid))
    there = ["nsenter", f"--net=/proc/{inside.pid}/ns/net", "ip"]
    for words in ("link set lo up", f"address add {address} dev eth0",
                  "link set eth0 up", f"route add default via {gateway}"):
        subprocess.run([*there, *words.split()], check=True)
    ip("link", "set", "cable", "up")
    return inside


def carry(held, after):
    """Frames from one end to the other, each after its time, for ever."""
    ends = {sock: deque() for sock in held}
    while True:
        now = time.monotonic()
        for sock, queue in ends.items():
            while queue and queue[0][0] <= now:
                held[sock].send(queue.popleft()[1])
        due = [queue[0][0] for queue in ends.values() if queue]
        ready, _, _ = select.select(list(held), [], [],
                                    max(0, min(due) - now) if due else None)
        for sock in ready:
            frame, sender = sock.recvfrom(1 << 17)
            if sender[2] != OWN:
                ends[sock].append((time.monotonic() + after, frame))


def main():
    """Lay the cable, start the command, carry."""
    after = float(sys.argv[1]) / 1000
    inside = lay(sys.argv[2], sys.argv[3], sys.argv[4:])
    near, far = tap("eth0"), tap("cable")
    inside.stdin.write(b"\n")
    inside.stdin.close()
    carry({near: far, far: near}, after)


if __name__ == "__main__":
    main()

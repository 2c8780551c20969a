#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 10: a pool of addresses, paired or not"""

import errno
import os
import socket

from lib.lab import SERVER, SERVER2, Lab
from lib.story import Story
from lib.talk import PATIENCE, arrives, comes, hear

POOL = "wan.pool=[198.51.100.16-198.51.100.19]"
TWO = "wan.pool=[198.51.100.16-198.51.100.17]"
TIMES = 8
UDP = 300       # RFC 4787 REQ-5, seconds
IP_RECVERR = 11  # in linux/in.h; Python does not name it


def related(lab):
    """
    How often an application works whose server serves the second connection
    only if it comes from where the first came, as FTP's do.
    """
    works = 0
    for number in range(TIMES):
        _, control = lab.tcp(port=7000 + 2 * number)
        near, data = lab.tcp(port=7001 + 2 * number)
        if data.getpeername()[0] == control.getpeername()[0]:
            data.sendall(b"your file")
        data.shutdown(socket.SHUT_WR)
        works += arrives(near, PATIENCE) and near.recv(99) == b"your file"
    return works


def refused(sock):
    """The error that the network answers a datagram with, by ICMP, or 0."""
    if arrives(sock, 5):
        try:
            sock.recv(99)
        except OSError as e:
            return e.errno
    return 0


story = Story("10. A pool of addresses: paired, arbitrary, one to one")
story.say(f"""An application has two connections, and its server takes the
          second one only from the address of the first. It runs {TIMES} times
          behind a pool of 4 addresses.""")
with Lab(settings=[POOL, "address-pooling=paired"]) as lab:
    paired = related(lab)
    story.check(paired == TIMES, f"paired: it works {paired} times",
                f"paired: it works {paired} times, not {TIMES}")
with Lab(settings=[POOL, "address-pooling=arbitrary"]) as lab:
    arbitrary = related(lab)
    story.check(arbitrary < TIMES, f"arbitrary: it works {arbitrary} times",
                f"arbitrary: it works {arbitrary} times, as if paired")

story.say("""A client has told its external endpoint to a peer by way of a
          server, and the peer calls in.""")
for filtering, reaches in (("apdf", False), ("eif", True)):
    with Lab(settings=[f"filtering={filtering}"]) as lab:
        near, far = lab.client[0].udp(), lab.server.udp(6000)
        peer = lab.server.udp()
        peer.bind((SERVER2, 9000))
        near.sendto(b"here I am", (SERVER, 6000))
        end = hear(far, "the client's word")[1]
        peer.sendto(b"call", end)
        if reaches:
            story.check(arrives(near, 5) and near.recvfrom(99) ==
                        (b"call", (SERVER2, 9000)),
                        "endpoint-independent filtering: it gets through",
                        "endpoint-independent filtering: the peer's call did "
                        "not arrive")
        else:
            filtered = comes(lambda: lab.stat("drop-filtered"), 5)
            far.sendto(b"answer", end)
            came = hear(near, "the server's answer")[0]
            story.check(filtered and came == b"answer", "address and port "
                        "dependent filtering: only the server gets through",
                        "address and port dependent filtering: the peer's "
                        "call was not filtered")

story.say("""Basic NAT: whole addresses, one to one, ports untouched. There are
          two, and three clients.""")
with Lab(clients=3, settings=[TWO, "address-only=true"]) as lab:
    far = lab.server.udp(6000)
    seen = []
    for host in lab.client[:2]:
        sock = host.udp(5000)
        sock.sendto(b"hello", (SERVER, 6000))
        seen.append(hear(far, f"{host.name}'s hello")[1])
    addresses = [address for address, _ in seen]
    story.check(len(set(addresses)) == 2 and
                all(port == 5000 for _, port in seen),
                f"two clients: {addresses[0]} and {addresses[1]}, both port "
                "5000", f"two clients came from {seen}")
    third = lab.client[2].udp(5000)
    third.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    third.connect((SERVER, 6000))
    third.send(b"hello")
    error, through = refused(third), arrives(far, 0)
    story.check(error == errno.EHOSTUNREACH and not through and
                lab.stat("drop-addresses-exhausted"),
                "the third gets none, and ICMP tells it: "
                f"{os.strerror(error)}",
                f"the third {'gets' if through else 'does not get'} through, "
                f"and is told {os.strerror(error) if error else 'nothing'}")

    lab.advance(UDP)
    third.send(b"hello")
    address = hear(far, "the third's hello, when there is room,")[1][0]
    story.check(address in addresses,
                f"the others' sessions lapse: it gets {address}",
                f"the third comes from {address}, which is not of the pool")
story.end(f"related connections work {paired} of {TIMES} times paired, "
          f"{arbitrary} arbitrary; a peer calls in only past EIF; the third "
          "client of two addresses waits")

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Experiment 10: a pool of addresses, paired or not"""

import errno
import socket

from lib.lab import SERVER, SERVER2, Lab, poll
from lib.story import Story

POOL = "wan.pool=[198.51.100.16-198.51.100.19]"
TWO = "wan.pool=[198.51.100.16-198.51.100.17]"
SERVICE, DATA = 6000, 6001
TIMES = 8
IP_RECVERR = 11  # in linux/in.h; Python does not name it


def related(lab):
    """
    How often an application works whose server takes the second connection
    only from where the first came, as FTP's do.
    """
    works = 0
    for number in range(TIMES):
        first = lab.tcp(port=7000 + 2 * number)[1].getpeername()[0]
        second = lab.tcp(port=7001 + 2 * number)[1].getpeername()[0]
        works += first == second
    return works


story = Story("10. A pool of addresses: paired, arbitrary, one to one")
story.say(f"""An application has two connections, and its server takes the
          second one only from the address of the first. It runs {TIMES} times
          behind a pool of 4 addresses.""")
with Lab(settings=[POOL, "address-pooling=paired"]) as lab:
    paired = related(lab)
    story.check(paired == TIMES, f"paired: it works {paired} times")
with Lab(settings=[POOL, "address-pooling=arbitrary"]) as lab:
    arbitrary = related(lab)
    story.check(arbitrary < TIMES, f"arbitrary: it works {arbitrary} times")

story.say("""A client has told its external endpoint to a peer by way of a
          server, and the peer calls in.""")
for filtering, reaches in (("apdf", False), ("eif", True)):
    with Lab(settings=[f"filtering={filtering}"]) as lab:
        near, far = lab.client[0].udp(), lab.server.udp(6000)
        peer = lab.server.udp()
        peer.bind((SERVER2, 9000))
        near.sendto(b"here I am", (SERVER, 6000))
        end = far.recvfrom(99)[1]
        before = lab.stat("drop-filtered")
        peer.sendto(b"call", end)
        if reaches:
            story.check(near.recvfrom(99) == (b"call", (SERVER2, 9000)),
                        "endpoint-independent filtering: it gets through")
        else:
            poll(lambda was=before: lab.stat("drop-filtered") > was,
                 "the NAT filters it")
            far.sendto(b"answer", end)
            story.check(near.recv(99) == b"answer", "address and port "
                        "dependent filtering: only the server gets through")

story.say("""Basic NAT: whole addresses, one to one, ports untouched. There are
          two, and three clients.""")
with Lab(clients=3, settings=[TWO, "address-only=true"]) as lab:
    far = lab.server.udp(6000)
    seen = []
    for host in lab.client[:2]:
        sock = host.udp(5000)
        sock.sendto(b"hello", (SERVER, 6000))
        seen.append(far.recvfrom(99)[1])
    story.check(len({address for address, _ in seen}) == 2 and
                all(port == 5000 for _, port in seen),
                f"two clients: {seen[0][0]} and {seen[1][0]}, both port 5000")
    third = lab.client[2].udp(5000)
    third.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    third.connect((SERVER, 6000))
    third.send(b"hello")
    poll(lambda: lab.stat("drop-addresses-exhausted"), "no address is left")
    try:
        third.recv(99)
        refused = False
    except OSError as e:
        refused = e.errno == errno.EHOSTUNREACH
    story.check(refused, "the third gets none: ICMP tells it so")

    lab.advance(lab.timer("nat.udp-timeout") + 1)
    third.send(b"hello")
    address = far.recvfrom(99)[1][0]
    story.check(address in {one for one, _ in seen},
                f"the others' sessions lapse: it gets {address}")
story.end(f"related connections work {paired} of {TIMES} times paired, "
          f"{arbitrary} arbitrary; a peer calls in only past EIF; the third "
          "client of two addresses waits")

# SPDX-License-Identifier: GPL-2.0-or-later
"""talk - heartbeats, datagrams, and what the kernel knows of a connection"""

import select
import socket
import sys
import time

# Longest wait for anything that must come, wall seconds.
PATIENCE = 20


class Unexpected(Exception):
    """What should be there is not; the message says it to the reader."""


def comes(condition, patience=PATIENCE):
    """Wait until condition() is true; whether it was."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def arrives(sock, patience):
    """Whether there is something to read within so many seconds."""
    return bool(select.select([sock], [], [], patience)[0])


def hear(sock, what):
    """A datagram, and whom it is from; it must come."""
    if not arrives(sock, PATIENCE):
        raise Unexpected(f"{what} did not arrive")
    return sock.recvfrom(2048)


def speak(sock, patience):
    """
    Send a byte on a connection; what comes of it within so many seconds:
    "answered", "silence", "reset" or another end.
    """
    try:
        sock.sendall(b"b")
        if not arrives(sock, patience):
            return "silence"
        return "answered" if sock.recv(1) else "closed"
    except ConnectionResetError:
        return "reset"
    except OSError as e:
        return e.strerror


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
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    except OSError:
        return False
    return comes(lambda: not unacked(near) and not unacked(far), patience)


# Offsets in struct tcp_info of linux/tcp.h.
TCP_INFO = {"state": (0, 1), "retransmits": (2, 1), "probes": (3, 1),
            "unacked": (24, 4), "last-data-received": (52, 4),
            "last-ack-received": (56, 4)}


def tcp_info(sock, name):
    """What the kernel knows of a connection; times are milliseconds."""
    offset, size = TCP_INFO[name]
    data = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return int.from_bytes(data[offset:offset + size], sys.byteorder)


def established(sock):
    """Whether the kernel thinks that it is connected."""
    return tcp_info(sock, "state") == 1


def unacked(sock):
    """How many segments the other end has not acknowledged."""
    return tcp_info(sock, "unacked")


def keepalive(sock, idle, interval, count):
    """Switch TCP's keepalive on: wall seconds, and how many probes."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, count)


def probed(sock, silence):
    """
    Whether keepalive's probes are answered: an acknowledgement came in the
    last two seconds, and no data for that long, milliseconds.
    """
    return tcp_info(sock, "last-data-received") > silence and \
        tcp_info(sock, "last-ack-received") < 2000

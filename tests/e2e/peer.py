#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""peer - a host's hands: does with sockets what a test tells it

Runs in the host's network namespace and holds it open. Requests come as JSON
lines on stdin, {"id": N, "op": NAME, ...}, each served by a thread of its own;
answers go to stdout as {"id": N, "value": ...}, or "errno" (a name), "timeout"
or "error". Bytes travel as latin-1 text. Ends with its stdin.
"""

import errno
import hashlib
import itertools
import json
import os
import random
import select
import socket
import struct
import sys
import threading

from packets import Recorder

IP_MTU_DISCOVER, IP_RECVERR, UDP_SEGMENT, SO_NO_CHECK = 10, 11, 103, 11
TCP_STATES = ("", "established", "syn-sent", "syn-recv", "fin-wait-1",
              "fin-wait-2", "time-wait", "close", "close-wait", "last-ack",
              "listen", "closing")

things = {}                 # handle -> socket or Recorder
wires = {}                  # interface -> packet socket
handles = itertools.count(1)
output = threading.Lock()


def keep(thing):
    """A handle for a socket."""
    handle = next(handles)
    things[handle] = thing
    if isinstance(thing, socket.socket):
        thing.setblocking(False)
    return handle


def wait(sock, events, timeout):
    """Until the socket is ready; TimeoutError after so many seconds."""
    poller = select.poll()
    poller.register(sock, events)
    if not poller.poll(timeout * 1000):
        raise TimeoutError


def ready(sock, events, timeout, function):
    """Call a function until it does not block."""
    while True:
        wait(sock, events, timeout)
        try:
            return function()
        except BlockingIOError:
            continue


def op_listen(address, port):
    """A listening TCP socket."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    sock.listen(512)
    return [keep(sock), *sock.getsockname()]


def op_connect(remote, local, timeout):
    """A TCP connection, established when this returns."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(tuple(local))
    sock.setblocking(False)
    try:
        sock.connect(tuple(remote))
    except BlockingIOError:
        wait(sock, select.POLLOUT, timeout)
    error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error:
        sock.close()
        raise OSError(error, os.strerror(error))
    return [keep(sock), *sock.getsockname()]


def op_accept(sock, timeout):
    """The next connection of a listening socket."""
    new, remote = ready(sock, select.POLLIN, timeout, sock.accept)
    return [keep(new), *remote]


def op_udp(local, remote):
    """A UDP socket; connected, if a remote endpoint is given."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.bind(tuple(local))
    if remote:
        sock.connect(tuple(remote))
    return [keep(sock), *sock.getsockname()]


def op_send(sock, data, to, timeout):
    """Send; the number of bytes that the kernel took."""
    data = data.encode("latin-1")
    if to:
        return sock.sendto(data, tuple(to))
    return ready(sock, select.POLLOUT, timeout, lambda: sock.send(data))


def op_recv(sock, size, timeout):
    """What has come: its bytes, and from whom."""
    data, remote = ready(sock, select.POLLIN, timeout,
                         lambda: sock.recvfrom(size))
    return [data.decode("latin-1"), remote]


def op_option(sock, name, value):
    """Set a socket option by its name."""
    level, number = {
        "keepalive": (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
        "keepidle": (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
        "keepintvl": (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
        "keepcnt": (socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
        "nodelay": (socket.IPPROTO_TCP, socket.TCP_NODELAY),
        "user-timeout": (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
        "mtu-discover": (socket.IPPROTO_IP, IP_MTU_DISCOVER),
        "recverr": (socket.IPPROTO_IP, IP_RECVERR),
        "ttl": (socket.IPPROTO_IP, socket.IP_TTL),
        "segment": (socket.IPPROTO_UDP, UDP_SEGMENT),
        "no-check": (socket.SOL_SOCKET, SO_NO_CHECK),
    }[name]
    sock.setsockopt(level, number, value)


def op_state(sock):
    """Its endpoints, its pending error (which this takes), and TCP's mind."""
    number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    state = {"error": errno.errorcode.get(number), "local": sock.getsockname()}
    if sock.type == socket.SOCK_STREAM:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        state["tcp"] = TCP_STATES[info[0]]
        state["unacked"], = struct.unpack_from("I", info, 24)
        state["retransmits"], = struct.unpack_from("I", info, 100)
        state["mss"], = struct.unpack_from("I", info, 16)
    return state


def op_icmp(sock, timeout):
    """The next ICMP error of a socket with `recverr`."""
    def take():
        _, ancillary, _, _ = sock.recvmsg(
            2048, 512, socket.MSG_ERRQUEUE)
        data = ancillary[0][2]
        number, origin, kind, code, _, info = struct.unpack_from(
            "IBBBBI", data)
        return {"errno": errno.errorcode.get(number), "origin": origin,
                "type": kind, "code": code, "info": info,
                "from": socket.inet_ntoa(data[20:24])}
    return ready(sock, select.POLLERR, timeout, take)


def op_close(sock, reset):
    """Close; by a RST, if asked to."""
    if reset:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
    for handle in [h for h, thing in things.items() if thing is sock]:
        del things[handle]
    sock.close()


def op_shutdown(sock):
    """No more data from here: a FIN."""
    sock.shutdown(socket.SHUT_WR)


def op_pump(sock, size, seed, timeout):
    """Send pseudo-random bytes; their SHA-256."""
    rng = random.Random(seed)
    digest = hashlib.sha256()
    while size:
        block = memoryview(rng.randbytes(min(size, 1 << 18)))
        digest.update(block)
        size -= len(block)
        while block:
            try:
                block = block[sock.send(block):]
            except BlockingIOError:
                wait(sock, select.POLLOUT, timeout)
    return digest.hexdigest()


def op_drain(sock, size, timeout):
    """Receive so many bytes; their SHA-256."""
    digest = hashlib.sha256()
    while size:
        block = ready(sock, select.POLLIN, timeout,
                      lambda: sock.recv(min(size, 1 << 18)))
        if not block:
            raise EOFError(f"{size} bytes are missing")
        digest.update(block)
        size -= len(block)
    return digest.hexdigest()


def serve(function):
    """Run a server in the background, until its socket is closed."""
    def loop():
        try:
            function()
        except (OSError, ValueError):
            pass
    threading.Thread(target=loop, daemon=True).start()


def op_echo(sock):
    """Send back what comes: datagrams, or the bytes of each connection."""
    def datagrams():
        while True:
            wait(sock, select.POLLIN, 3600)
            data, remote = sock.recvfrom(65536)
            sock.sendto(data, remote)

    def stream(connection):
        with connection:
            while data := connection.recv(65536):
                connection.sendall(data)

    def connections():
        while True:
            wait(sock, select.POLLIN, 3600)
            connection, _ = sock.accept()
            connection.setblocking(True)
            serve(lambda c=connection: stream(c))

    serve(datagrams if sock.type == socket.SOCK_DGRAM else connections)


def exchange(kind, local, remote, timeout):
    """Send one's own name to an echo server; what came back."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.settimeout(timeout)
        sock.bind(tuple(local))
        sock.connect(tuple(remote))
        sock.send(f"{local[0]}:{local[1]}".encode())
        return sock.recv(100).decode("latin-1")


def op_many(kind, locals_, remote, timeout):
    """An exchange from each of these endpoints at once; the answers."""
    answers = [None] * len(locals_)
    kind = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}[kind]
    barrier = threading.Barrier(len(locals_))

    def one(number):
        barrier.wait()
        try:
            answers[number] = exchange(kind, locals_[number], remote, timeout)
        except OSError as e:
            answers[number] = repr(e)

    threads = [threading.Thread(target=one, args=[n])
               for n in range(len(locals_))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def op_frame(interface, data):
    """Send raw bytes as a frame."""
    if interface not in wires:      # closing one takes the kernel a while
        wires[interface] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        wires[interface].bind((interface, 0))
    return wires[interface].send(data.encode("latin-1"))


def op_record(interface, path):
    """Record an interface into a pcap file."""
    return keep(Recorder(interface, path))


def op_recorded(sock):
    """How many packets a recorder has written, after those on the way."""
    return sock.settle()


def op_write(path, text):
    """Write a file, such as a sysctl of this namespace."""
    with open(path, "w", encoding="ascii") as f:
        f.write(text)


def op_read(path):
    """Read one."""
    with open(path, encoding="ascii") as f:
        return f.read()


def op_switches():
    """All sysctls of IPv4."""
    found = {}
    for folder, _, names in os.walk("/proc/sys/net/ipv4"):
        for name in names:
            path = os.path.join(folder, name)
            try:
                with open(path, encoding="ascii") as f:
                    found[path] = f.read().strip()
            except OSError:     # some can only be written
                continue
    return found


def answer(request):
    """Serve one request."""
    number = request.pop("id")
    try:
        operation = globals()["op_" + request.pop("op")]
        if "sock" in request:
            request["sock"] = things[request["sock"]]
        reply = {"value": operation(**request)}
    except TimeoutError as e:
        # the kernel's own ETIMEDOUT arrives as the same exception
        reply = {"errno": "ETIMEDOUT"} if e.errno else {"timeout": True}
    except OSError as e:
        reply = {"errno": errno.errorcode.get(e.errno, str(e))}
    except Exception as e:  # pylint: disable=broad-except
        reply = {"error": f"{type(e).__name__}: {e}"}
    with output:
        print(json.dumps(dict(reply, id=number)), flush=True)


def main():
    """Serve until stdin ends."""
    threading.stack_size(256 * 1024)
    print('{"id": 0, "value": "ready"}', flush=True)
    for line in sys.stdin:
        threading.Thread(target=answer, args=[json.loads(line)],
                         daemon=True).start()
    os._exit(0)


if __name__ == "__main__":
    main()

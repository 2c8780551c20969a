#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""socks - a small SOCKS5 proxy (RFC 1928): CONNECT to IPv4 addresses

usage: socks.py PORT

It listens on loopback. As all proxies do, it ends the client's TCP and has a
TCP of its own to the server, on which nobody switched keepalive on.
"""

import socket
import sys
import threading


def exactly(sock, number):
    """So many bytes."""
    data = b""
    while len(data) < number:
        more = sock.recv(number - len(data))
        if not more:
            raise ConnectionError("too short")
        data += more
    return data


def copy(source, sink):
    """All bytes from one to the other."""
    try:
        while data := source.recv(4096):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(near):
    """One client."""
    _, methods = exactly(near, 2)
    exactly(near, methods)
    near.sendall(b"\5\0")
    request = exactly(near, 10)
    if request[:4] != b"\5\1\0\1":
        near.close()
        return
    far = socket.create_connection((socket.inet_ntoa(request[4:8]),
                                    int.from_bytes(request[8:], "big")))
    near.sendall(b"\5\0\0\1" + bytes(6))
    threading.Thread(target=copy, args=(far, near), daemon=True).start()
    copy(near, far)


def main():
    """Serve until the lab ends."""
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    print("ready", flush=True)
    while True:
        near, _ = listener.accept()
        threading.Thread(target=serve, args=(near,), daemon=True).start()


if __name__ == "__main__":
    main()

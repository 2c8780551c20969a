#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The two ends of the VM test's traffic.

    peer.py serve PORT               TCP and UDP, until killed
    peer.py tcp HOST PORT BYTES      send BYTES there and get them back
    peer.py udp HOST PORT COUNT      COUNT datagrams there and back

The server answers with the source address that it saw and the SHA-256 of what
it got, and sends the data back; the client checks both directions' sums and
prints the address.  So a test learns from the client alone what the server
saw, and a wrong checksum or a lost segment cannot pass.  Exit code 0 or 1.
"""

import hashlib
import os
import socket
import socketserver
import sys
import threading

PATIENCE = 30   # seconds; an emulated machine is slow


class Tcp(socketserver.StreamRequestHandler):
    """Take all until the end of the stream, answer one line, send it back."""

    def handle(self):
        data = self.rfile.read()
        digest = hashlib.sha256(data).hexdigest()
        self.wfile.write(f'{self.client_address[0]} {digest}\n'.encode())
        self.wfile.write(data)


class Udp(socketserver.BaseRequestHandler):
    """Answer each datagram by one with the source's address before it."""

    def handle(self):
        data, sock = self.request
        sock.sendto(self.client_address[0].encode() + b' ' + data,
                    self.client_address)


def serve(port):
    """Answer on both protocols; both are bound when "ready" is printed."""
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    tcp = socketserver.ThreadingTCPServer(('', port), Tcp)
    udp = socketserver.UDPServer(('', port), Udp)
    print('ready', flush=True)
    threading.Thread(target=udp.serve_forever, daemon=True).start()
    tcp.serve_forever()


def tcp(host, port, size):
    """Return the address that the server saw, or raise."""
    data = os.urandom(size)
    with socket.create_connection((host, port), PATIENCE) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        with sock.makefile('rb') as stream:
            seen, digest = stream.readline().decode().split()
            back = stream.read()
    if digest != hashlib.sha256(data).hexdigest():
        raise ValueError('the server got other data than was sent')
    if back != data:
        raise ValueError('other data came back than was sent')
    return seen


def udp(host, port, count):
    """Return the address that the server saw, or raise."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE)
        sock.connect((host, port))
        for number in range(count):
            data = os.urandom(1 + number * 97 % 1400)
            sock.send(data)
            seen, back = sock.recv(65536).split(b' ', 1)
            if back != data:
                raise ValueError('another datagram came back than was sent')
    return seen.decode()


def main(argv):
    """Do what the command line says."""
    try:
        if argv[1] == 'serve':
            serve(int(argv[2]))
        else:
            call = {'tcp': tcp, 'udp': udp}[argv[1]]
            print(call(argv[2], int(argv[3]), int(argv[4])))
    except (OSError, ValueError) as err:
        print(f'peer.py {argv[1]}: {err}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv))

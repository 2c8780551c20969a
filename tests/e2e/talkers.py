# SPDX-License-Identifier: GPL-2.0-or-later
"""talkers - small programs that the tests of lapse exec run in a lab"""

import os

ECHO = "socat UDP-LISTEN:7,fork EXEC:cat"
# asks the server once by UDP, from a port, and prints what comes back
ASK = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.connect(("server.lab", int(sys.argv[1])))
s.send(b"x")
print(s.recv(100).decode())
"""
# tells whoever asks where the question came from
TELL = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 9))
while True:
    data, where = s.recvfrom(100)
    s.sendto(("%s:%d" % where).encode(), where)
"""
PYTHON = "/usr/bin/python3"


def script(who, name, text):
    """A script of the user's; its path."""
    path = who.path(name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o755)
    return path

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""web - a small HTTP/1.1 server, which keeps connections if it is asked to

usage: web.py PORT
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY = b"here you are\n"


class Handler(BaseHTTPRequestHandler):
    """Answers every GET with the same."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):  # pylint: disable=invalid-name
        """The answer, in one piece."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        """Nothing."""


def main():
    """Serve until the lab ends."""
    server = ThreadingHTTPServer(("", int(sys.argv[1])), Handler)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

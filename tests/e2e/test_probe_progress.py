# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse probe run shows on a terminal how far it is"""

import fcntl
import re
import struct
import termios

import runs
from host import SLOW

SERVE = "{} probe serve --listen 198.51.100.7 >/dev/null 2>&1"


def terminal(user, term, columns=64):
    """A measurement in a terminal so wide."""
    run = runs.Terminal(user, *user.argv_of([
        "env", f"TERM={term}", user.lapse, "exec", "--server",
        SERVE.format(user.lapse), "--", user.lapse, "probe", "run",
        "--server", "server.lab", "--max", "100s"]))
    fcntl.ioctl(run.fd, termios.TIOCSWINSZ,
                struct.pack("HHHH", 24, columns, 0, 0))
    return run


def test_narrow_terminal(user):
    """A line, over and over again, is not longer than the terminal is wide;
    and what is known after Ctrl-C begins on one of its own."""
    run = terminal(user, "xterm")
    lines = run.expect(r"(probe: \d+ s[^\r]*\r\x1b\[K){3}")[0]
    found = re.findall(r"probe:[^\r]*", lines)
    assert all(" left" in line and len(line) < 64 for line in found), found
    run.type("\x03")
    run.expect(r"\^C\r\nSETTING [\s\S]*interrupted after")
    assert run.end() == 0


def test_dumb_terminal(user):
    """A terminal that can do nothing gets lines, and no control characters."""
    run = terminal(user, "dumb")
    run.expect(r"probe: \d+ s, [^\r\x1b]*\r\n", 20 * SLOW)
    run.type("\x03")
    run.expect(r"\^C\r\nSETTING [\s\S]*interrupted after")
    assert run.end() == 0

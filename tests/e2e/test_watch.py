# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse watch: on a terminal, resized, left in every way; and without one"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

from lab import BUILD, poll

ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"


class Screen:
    """lapse watch on a terminal of its own."""

    def __init__(self, lab, *arguments, size=(24, 80), **environment):
        self.master, self.slave = pty.openpty()
        self.resize(*size)
        self.before = termios.tcgetattr(self.slave)
        self.seen = b""
        env = dict(lab.environment(), TERM="xterm")
        env.pop("NO_COLOR", None)
        env.update(environment)
        self.proc = subprocess.Popen(
            [os.path.join(BUILD, "lapse"), "watch", "--interval", "100ms",
             *arguments], stdin=self.slave, stdout=self.slave,
            stderr=self.slave, env=env,
            preexec_fn=self.control)

    def control(self):
        """Make the terminal the one whose Ctrl-C it hears."""
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

    def resize(self, lines, columns):
        """As a window is."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", lines, columns, 0, 0))

    def read(self):
        """What has been written, so far."""
        while select.select([self.master], [], [], 0.02)[0]:
            try:
                self.seen += os.read(self.master, 65536)
            except OSError:
                break
        return self.seen

    def frame(self):
        """The lines of the last whole frame."""
        whole = self.read().rsplit(b"\x1b[J", 1)
        if len(whole) < 2:
            return []
        last = whole[0].rsplit(b"\x1b[H", 1)[-1].decode("ascii")
        return [re.sub(r"\x1b\[[0-9;]*[mK]|\r", "", line)
                for line in last.split("\n")]

    def until(self, true, what=""):
        """Wait for a frame for which something is so."""
        return poll(lambda: true("\n".join(self.frame())), 10, what)

    def press(self, keys):
        """Type."""
        os.write(self.master, keys)

    def end(self, code=0):
        """It ends, and the terminal is as it was."""
        poll(lambda: self.read() is not None and
             self.proc.poll() is not None, 10, "watch ends")
        assert self.proc.returncode == code
        self.read()
        assert self.seen.count(ENTER) == self.seen.count(LEAVE) > 0
        assert self.seen.rstrip().endswith(LEAVE)
        assert self.seen.rindex(b"\x1b[?25h") > self.seen.rindex(b"\x1b[?25l")
        assert termios.tcgetattr(self.slave) == self.before

    def close(self):
        """Whatever happened."""
        if self.proc.poll() is None:
            self.proc.kill()
        self.proc.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture(name="watch")
def watch_fixture():
    """Makes screens, and closes them."""
    screens = []

    def make(*arguments, **how):
        screens.append(Screen(*arguments, **how))
        return screens[-1]

    yield make
    for screen in screens:
        screen.close()


def traffic(lab):
    """A TCP connection and a UDP flow."""
    near, far = lab.tcp()
    near.send(b"hello")
    assert far.recv() == b"hello"
    lab.server.udp(("0.0.0.0", 6000))
    lab.client.udp(remote=(lab.server_address, 6000)).send(b"?")
    lab.until(lambda: len(lab.sessions()) == 2)
    return near


def test_keys_and_rows(lab, watch):
    """What goes on is seen, and each key does what it says."""
    lab = lab()
    near = traffic(lab)
    screen = watch(lab)
    inside = f"{lab.client.address}:{near.local[1]}"
    # the soonest to lapse comes first: UDP
    screen.until(lambda text: re.search(r"(?s)\nudp .*\ntcp .*\[#", text))
    text = "\n".join(screen.frame())
    assert inside in text and "sessions 2 of" in text
    assert "session-created" in text and "q quit" in text
    assert re.search(rf"\n{lab.client.address} .* 2 ", text)
    assert not termios.tcgetattr(screen.slave)[3] & termios.ECHO
    screen.press(b"t")
    screen.until(lambda text: "(tcp)" in text and "\nudp" not in text)
    screen.press(b"u")
    screen.until(lambda text: "\nudp" in text and "\ntcp" not in text)
    screen.press(b"ao")
    screen.until(lambda text: re.search(r"(?s)most traffic.*\ntcp.*\nudp",
                                        text))
    screen.press(b"p")
    screen.until(lambda text: "PAUSED" in text)
    screen.press(b"p")
    lab.clock("scale", "60")
    lab.lapse("fault", "blackhole", "--for", "10m")
    screen.until(lambda text: "x60" in text and "FAULTS blackhole" in text
                 and "fault-started" in text)
    screen.press(b"q")
    screen.end()


def test_rates(lab, watch):
    """Packets and bytes a second, of all and of a client."""
    lab = lab()
    near = traffic(lab)
    screen = watch(lab, size=(40, 132))
    screen.until(lambda text: "out 0 packets/s 0B/s" in text)

    def moving(text):
        near.send(b"x" * 1000)
        return re.search(r"out [1-9]\S* packets/s [1-9]\S*B/s", text) and \
            re.search(rf"\n{lab.client.address} .* 2 +[1-9]\S* ", text)

    screen.until(moving)
    screen.press(b"q")
    screen.end()


def test_resize(lab, watch):
    """A window of any size is filled and not overflown."""
    lab = lab()
    traffic(lab)
    screen = watch(lab)
    for lines, columns in ((50, 110), (10, 30), (2, 5), (24, 80)):
        screen.resize(lines, columns)
        screen.until(lambda text, width=columns, height=lines:
                     max(map(len, text.split("\n"))) == width
                     and len(text.split("\n")) <= height)
    screen.press(b"q")
    screen.end()


@pytest.mark.parametrize("how", ["ctrl-c", "term"])
def test_signals(lab, watch, how):
    """Told to end, it gives the terminal back, and dies of the signal."""
    lab = lab()
    screen = watch(lab)
    screen.until(lambda text: "q quit" in text)
    if how == "ctrl-c":
        screen.press(b"\x03")
    else:
        screen.proc.terminate()
    screen.end(-signal.SIGINT if how == "ctrl-c" else -signal.SIGTERM)


def test_suspend(lab, watch):
    """Ctrl-Z gives the terminal to the shell, and takes it again."""
    lab = lab()
    screen = watch(lab)
    screen.until(lambda text: "q quit" in text)
    screen.press(b"\x1a")

    def stopped():
        with open(f"/proc/{screen.proc.pid}/stat", encoding="ascii") as f:
            return f.read().rsplit(")", 1)[1].split()[0] == "T"

    poll(stopped, 10, "it is stopped")
    assert screen.read().rstrip().endswith(LEAVE)
    assert termios.tcgetattr(screen.slave) == screen.before
    screen.seen = b""
    screen.proc.send_signal(signal.SIGCONT)
    screen.until(lambda text: "q quit" in text)
    assert ENTER in screen.seen
    screen.seen = ENTER + screen.seen.replace(ENTER, b"")
    screen.press(b"q")
    screen.end()


def test_daemon_dies(lab, watch):
    """The last picture stays, with the news, until lapsed is back."""
    lab = lab()
    screen = watch(lab)
    screen.until(lambda text: "q quit" in text)
    lab.stop(signal.SIGKILL)
    screen.until(lambda text: "lapsed is gone, waiting" in text
                 and "profile rfc-compliant" in text)
    lab.start()
    traffic(lab)
    screen.until(lambda text: "gone" not in text and "sessions 2 of" in text)
    screen.press(b"q")
    screen.end()


def test_colour(lab, watch):
    """Colours, unless NO_COLOR is there."""
    lab = lab()
    traffic(lab)
    screen = watch(lab)
    screen.until(lambda text: "\nudp" in text)
    assert b"\x1b[32m[" in screen.seen
    screen.press(b"q")
    screen.end()
    plain = watch(lab, NO_COLOR="1")
    plain.until(lambda text: "\nudp" in text)
    assert not re.search(rb"\x1b\[[0-9;]*m", plain.seen)
    plain.press(b"q")
    plain.end()


def test_without_a_screen(lab, watch):
    """One frame; frames into a pipe; a dumb terminal: no control characters."""
    lab = lab()
    near = traffic(lab)
    done = lab.ask("watch", "--once")
    assert done.returncode == 0 and not re.search(r"[^\n -~]", done.stdout)
    assert f"{lab.client.address}:{near.local[1]}" in done.stdout
    only = lab.ask("watch", "--once", "protocol=udp").stdout
    assert "\nudp" in only and "\ntcp" not in only

    with subprocess.Popen(
            [os.path.join(BUILD, "lapse"), "watch", "--interval", "100ms"],
            env=lab.environment(), stdout=subprocess.PIPE, text=True) as proc:
        shown = 0
        for line in proc.stdout:
            assert not re.search(r"[^\n -~]", line)
            shown += line.startswith("lapse ")
            if shown == 3:
                break
        proc.stdout.close()         # the reader has seen enough
        assert proc.wait(10) != 0

    dumb = watch(lab, TERM="dumb")
    deadline = time.monotonic() + 10
    while dumb.read().count(b"lapse ") < 2 and time.monotonic() < deadline:
        pass
    assert dumb.seen.count(b"lapse ") >= 2 and b"\x1b" not in dumb.seen
    dumb.proc.terminate()
    assert dumb.proc.wait(10) == -signal.SIGTERM


def test_wrong(lab):
    """What cannot be is said, as with every other command."""
    lab = lab()
    assert lab.ask("watch", "--once", "colour=red").returncode == 2
    assert lab.ask("watch", "--once", "protocol=tpc").returncode == 2
    assert lab.ask("watch", "--interval", "1ms").returncode == 2
    assert lab.ask("--json", "watch").returncode == 2
    lab.stop()
    done = lab.ask("watch", "--once")
    assert done.returncode == 1 and "is lapsed running?" in done.stderr

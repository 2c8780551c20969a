# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse exec, whole: carry data, let it lapse, report; again and at once"""

import json
import os

import runs
from host import poll

SERVER = "socat TCP-LISTEN:7,fork EXEC:cat"
# a connection that works, and is forgotten after five minutes of silence
STORY = """
import json, socket, subprocess, sys
lapse = sys.argv[1]
def ask(*words):
    return subprocess.run([lapse, "--json", *words], check=True,
                          capture_output=True, text=True).stdout
# or a slow machine's own seconds would be added to the silence
ask("clock", "freeze")
s = socket.create_connection(("server.lab", 7), 10)
for silence in ("299s", "299s", "301s"):
    s.sendall(b"beat")
    assert s.recv(100) == b"beat"
    # no late acknowledgement after the advance
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    ask("clock", "advance", silence)
print(len(ask("sessions", "protocol=tcp").splitlines()))
"""
OPTIONS = ["--profile", "cn-mobile-2g3g-2013", "--server", SERVER, "--json", "--report"]
PYTHON = "/usr/bin/python3"


def check(who, code, stdout, stderr, name):
    """What one has said."""
    assert code == 0, stderr
    # the session is gone when the connection thinks that all is well
    assert stdout == "0\n", (stdout, stderr)
    with open(who.path(name), encoding="utf-8") as f:
        report = [json.loads(line) for line in f if line.strip()]
    assert report


def test_again_and_again(who):
    """One after the other, then all at once: nothing stays of any."""
    in_a_row = int(os.environ.get("LAPSE_RUNS", "15"))
    at_once = int(os.environ.get("LAPSE_AT_ONCE", "20"))
    before = runs.host_state()
    for _ in range(in_a_row):
        done = who.exec(*OPTIONS, "report", "--", PYTHON, "-c", STORY,
                        who.lapse)
        check(who, done.returncode, done.stdout, done.stderr, "report")
    some = [who.start("exec", *OPTIONS, f"report{i}", "--", PYTHON, "-c",
                      STORY, who.lapse) for i in range(at_once)]
    for i, run in enumerate(some):
        stdout, stderr = run.communicate(timeout=120)
        check(who, run.returncode, stdout, stderr, f"report{i}")
    poll(lambda: not who.processes())
    assert runs.host_state() == before
    assert sorted(os.listdir(who.work)) == sorted(
        ["report"] + [f"report{i}" for i in range(at_once)])

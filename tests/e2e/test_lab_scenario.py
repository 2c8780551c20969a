# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios whose hosts are those of a standing lab"""

import json
import os
import subprocess

import pytest

import lab as labs
from host import SLOW, die_with_parent

LAPSE = os.path.join(labs.BUILD, "lapse")
NAME = f"e2e-scenario-{os.getpid()}"
STEPS = """
steps:
  - run: {command: "ip address; ping -c1 server", in: client2, name: p}
  - wait: session-created
  - assert: {output: p, contains: 192.168.77.3}
  - assert: {sessions: 1, internal: 192.168.77.3}
  - clock: {advance: 61s}
  - assert: {sessions: 0}
  - run: {command: "sleep 600", in: client1, background: true}
"""


def lapse(*words, **how):
    """Run lapse; its output is text."""
    return subprocess.run([LAPSE, *words], text=True, capture_output=True,
                          timeout=60 * SLOW, check=False,
                          preexec_fn=die_with_parent, **how)


@pytest.fixture(name="standing")
def fixture_standing():
    """A lab of two clients."""
    done = lapse("lab", "up", "--name", NAME, "--clients", "2")
    assert done.returncode == 0, done.stderr
    yield f"lab:{NAME}"
    assert lapse("lab", "down", "--name", NAME).returncode == 0


@pytest.mark.parametrize("inside", [False, True])
def test_hosts(standing, tmp_path, inside):
    """Asked from outside, or from the lab's gateway: the hosts are its own."""
    path = tmp_path / "steps.yaml"
    path.write_text(STEPS)
    way = ["lab", "exec", "--name", NAME, "gateway", "--", LAPSE] \
        if inside else ["--socket", standing]
    done = lapse(*way, "--json", "scenario", "run", str(path))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(rows) >= 7
    left = lapse("lab", "exec", "--name", NAME, "client1", "--", "pgrep",
                 "-x", "sleep")
    assert left.returncode == 1, left.stdout


def test_no_such_host(standing, tmp_path):
    """It is said which lab has no such host."""
    path = tmp_path / "steps.yaml"
    path.write_text("steps:\n  - run: {command: [true], in: client9}\n")
    done = lapse("--socket", standing, "scenario", "run", str(path))
    assert done.returncode == 5
    assert "client9" in done.stdout + done.stderr

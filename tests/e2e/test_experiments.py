# SPDX-License-Identifier: GPL-2.0-or-later
"""The experiments of docs/experiments: each shows what it says it does"""

import glob
import os
import signal
import subprocess
import sys

import pytest

import lab as labs
from host import SLOW, die_with_parent, poll

FOLDER = os.path.join(labs.SOURCE, "docs", "experiments")
SCRIPTS = sorted(glob.glob(os.path.join(FOLDER, "[0-9]*.py")))
ENV = dict(os.environ, LAPSE_BUILD=labs.BUILD, PYTHONDONTWRITEBYTECODE="1")


def standing(pid):
    """Labs of this experiment."""
    done = subprocess.run([os.path.join(labs.BUILD, "lapse"), "lab", "status"],
                          stdout=subprocess.PIPE, text=True, check=False)
    return [line for line in done.stdout.splitlines()
            if f"experiment-{pid}-" in line]


@pytest.mark.parametrize("script", SCRIPTS,
                         ids=[os.path.basename(path) for path in SCRIPTS])
def test_experiment(script):
    """It ends as expected, and leaves no lab."""
    with subprocess.Popen([sys.executable, script], env=ENV, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          preexec_fn=die_with_parent) as proc:
        output, _ = proc.communicate(timeout=160 * SLOW)
    print(output)
    assert proc.returncode == 0
    assert "\nSeen: " in output
    assert not standing(proc.pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed(number):
    """A killed experiment leaves no lab either."""
    script, = glob.glob(os.path.join(FOLDER, "11-*.py"))
    with subprocess.Popen([sys.executable, script], env=ENV,
                          stdout=subprocess.DEVNULL,
                          preexec_fn=die_with_parent) as proc:
        poll(lambda: standing(proc.pid), 20, "its lab stands")
        proc.send_signal(number)
        proc.wait()
        poll(lambda: not standing(proc.pid), 20, "its lab is gone")

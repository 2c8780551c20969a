# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse exec: signals go through, and a sudden death leaves nothing"""

import os
import random
import signal
import time

import pytest

import runs
from host import poll

LOOP = "echo ready; while :; do sleep 0.05; done"


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP", "USR1"])
def test_signal(who, name):
    """Sent to lapse alone, the command has it, once."""
    run = who.start("exec", "--", "sh", "-c",
                    f"n=0; trap 'echo got; exit 3' {name}; {LOOP}")
    assert run.stdout.readline() == "ready\n"
    run.send_signal(getattr(signal, "SIG" + name))
    assert run.stdout.read() == "got\n"
    assert run.wait(10) == 3


def test_untouched_command_dies(who):
    """A command without handlers ends lapse by the same signal."""
    run = who.start("exec", "--", "sh", "-c", LOOP)
    run.stdout.readline()
    run.terminate()
    assert run.wait(10) == -signal.SIGTERM
    run.stdout.close()
    run.stderr.close()


def test_interrupt_key(user):
    """Ctrl-C reaches the command once."""
    terminal = runs.Terminal(user, *user.argv(
        ["exec", "--", "sh", "-c", f"trap 'echo got' INT; {LOOP}"]))
    terminal.expect("ready")
    terminal.type("\x03")
    terminal.expect("got")
    with pytest.raises(AssertionError):
        terminal.expect("got", timeout=0.5)
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.end() == -signal.SIGTERM


def test_sudden_death(who):
    """SIGKILL at random moments: no process stays, nor a lab's name."""
    count = int(os.environ.get("LAPSE_KILLS", "40"))
    before = runs.host_state()
    for at_once in [1] * count + [count // 4]:
        some = [who.start("exec", "--", "sleep", "1000")
                for _ in range(at_once)]
        time.sleep(random.uniform(0, 0.15))     # any moment is right
        for run in some:
            run.kill()
            run.communicate()
        poll(lambda: not who.processes())
    assert runs.host_state() == before

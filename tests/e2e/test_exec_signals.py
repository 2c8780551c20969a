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


def test_interrupt_key_at_the_start(user):
    """Ctrl-C at any moment: lapse ends by it, or the command has had it."""
    for _ in range(int(os.environ.get("LAPSE_KEYS", "15"))):
        terminal = runs.Terminal(user, *user.argv(
            ["exec", "--", "sh", "-c", f"trap 'exit 3' INT; {LOOP}"]))
        # the child is a session's leader when it has executed
        poll(lambda pid=terminal.pid: name_of(pid) in ("setpriv", "lapse"))
        time.sleep(random.uniform(0, 0.15))     # any moment is right
        terminal.type("\x03")
        assert terminal.end() in (3, -signal.SIGINT)
    assert not user.processes()


def name_of(pid):
    """Of the program that a process runs."""
    with open(f"/proc/{pid}/comm", encoding="utf-8") as f:
        return f.read().strip()


def state_of(who, name):
    """Of the process of this name, as ps has it."""
    pid, = [p for p, n in who.processes() if n == name]
    with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
        return f.read().rpartition(")")[2].split()[0]


def test_stop_key(user):
    """Ctrl-Z stops the command, and fg lets it go on."""
    terminal = shell(user)
    terminal.type("$LAPSE exec -- cat\n")
    poll(lambda: "cat" in [n for _, n in user.processes()])
    terminal.type("\x1a")
    terminal.expect("Stopped")
    assert state_of(user, "cat") == "T"
    terminal.type("fg\n")
    terminal.expect(r"(?s)fg\r.*exec[^\n]*\n")
    poll(lambda: state_of(user, "cat") == "S")
    terminal.type("hello\n")
    terminal.expect("hello\r\nhello\r")
    terminal.type("\x04")
    terminal.type("echo code $?\n")
    terminal.expect("code 0\r")
    terminal.type("exit 7\n")
    assert terminal.end() == 7


def test_shell_inside(user):
    """A shell with jobs of its own; the terminal is the caller's after it."""
    script = user.path("script")
    with open(script, "w", encoding="utf-8") as f:
        f.write("'" + user.lapse + "' exec -- bash --norc -i\n"
                "read line\necho \"got $line\"\n")
    terminal = runs.Terminal(user, *user.argv_of(["sh", script]))
    terminal.expect(r"\$ ")
    terminal.type("sleep 1000\n")
    terminal.expect("1000")
    poll(lambda: "sleep" in [n for _, n in user.processes()])
    terminal.type("\x1a")
    terminal.expect("Stopped")
    terminal.type("fg\n")
    poll(lambda: state_of(user, "sleep") == "S")
    terminal.type("\x03")
    terminal.expect(r"\$ ")
    terminal.type("exit\n")
    terminal.expect("exit")
    terminal.type("word\n")
    terminal.expect("got word")
    assert terminal.end() == 0


def shell(who):
    """A shell with job control in a terminal; $LAPSE runs lapse."""
    terminal = runs.Terminal(who, *who.argv_of(["bash", "--norc", "-i"]))
    terminal.expect(r"\$ ")
    terminal.type(f"LAPSE={who.lapse}\n")
    terminal.expect(r"\$ ")
    return terminal


def test_report_that_hangs(who):
    """A report that nobody reads is no reason not to end."""
    run = who.start("exec", "--report", "-", "--", "sh", "-c",
                    "yes | head -c 65536; : > full; exit 5")
    # the pipe is full, the command has ended, the report waits
    poll(lambda: os.path.exists(who.path("full")))
    poll(lambda: not [n for _, n in who.processes()
                      if n in ("sh", "yes", "head", "setpriv")])
    poll(lambda: "lapse" in [n for _, n in who.processes()])

    def ended():
        """One signal may come when lapse does not know yet that the command
        has ended, and be its; and the next be taken for the same."""
        run.terminate()
        return run.poll() is not None

    poll(ended, 10, "it has ended")
    assert run.returncode == -signal.SIGTERM
    run.stdout.close()
    run.stderr.close()


def test_signal_that_comes_twice(who):
    """timeout(1) sends to lapse, and to its group: the report comes."""
    run = who.start("exec", "--report", "-", "--", "sh", "-c",
                    "yes | head -c 65536; : > full; sleep 1000")
    poll(lambda: os.path.exists(who.path("full")))
    run.terminate()
    # the pipe is full: the report waits
    poll(lambda: "sh" not in [n for _, n in who.processes()])
    run.terminate()
    assert "report" in run.stdout.read()[65536:]
    assert run.wait(10) == -signal.SIGTERM
    run.stdout.close()
    run.stderr.close()


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

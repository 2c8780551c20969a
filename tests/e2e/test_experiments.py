# SPDX-License-Identifier: GPL-2.0-or-later
"""The experiments of docs/experiments: each shows what it says it does

And each tells when lapse does it wrong: a `lapse` that is wrong in one way is
put in the place of the right one.
"""

import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest

import lab as labs
import runs
from host import PYTHON, SLOW, die_with_parent, poll

FOLDER = os.path.join(labs.SOURCE, "docs", "experiments")
SCRIPTS = sorted(glob.glob(os.path.join(FOLDER, "[0-9]*.py")))
ENV = dict(os.environ, LAPSE_BUILD=labs.BUILD, PYTHONDONTWRITEBYTECODE="1")

# A shell program in the place of lapse; one of these, and else all is right.
WRONG = """#!/bin/sh
lapse={lapse}
case "$*" in
{case} ;;
esac
exec $lapse "$@"
"""


def setting(value, which=""):
    """A lab, of a profile perhaps, is made with a wrong setting."""
    return f'"lab up"*{which}*) exec $lapse "$@" --set {value}'


# An experiment, what is wrong, and what it says that it has seen.
SABOTAGE = {
    "cost": ("01", setting("nat.sessions-per-subscriber=3"),
             "no connection to the web server"),
    "keepalive": ("02", setting("nat.refresh=none"), "is forgotten after"),
    "alive": ("03", '*"fault slow-server") exit 0', "was answered"),
    "timer": ("04", setting("nat.tcp-idle-timeout=400s", "cn-unicom"),
              "China Unicom 2G has a timer of 400s"),
    "push": ("05", setting("nat.stray-outbound=drop"), "silence, no reset"),
    "renewed": ("06", '*"wait lease-renewed"*) exit 5', "no lease-renewed"),
    "violation": ("06", '*"wait lease-violation"*) $lapse "$@" | '
                  'sed s/client1/client9/; exit', "names client9"),
    "network": ("07", '*"fault new-address"*) exec $lapse "$1" "$2" "$3" '
                'fault rebind', "UDP still comes from"),
    "offers": ("08", '*"fault dhcp-rogue") exit 0', "of 2 offers came 1"),
    "who": ("09", '*" who "*) $lapse "$@" | sed "s/77[.]2:/77.3:/"; exit',
            "says 192.168.77.3, not 192.168.77.2"),
    "pool": ("10", setting("nat.address-pooling=paired"), "as if paired"),
    "adaptive": ("11", setting("nat.refresh=none", "cell-2011"),
                 "it never settles"),
}


def standing(pid):
    """Labs of this experiment."""
    done = subprocess.run([os.path.join(labs.BUILD, "lapse"), "lab", "status"],
                          stdout=subprocess.PIPE, text=True, check=False)
    return [line for line in done.stdout.splitlines()
            if f"experiment-{pid}-" in line]


def interruptible():
    """What was started in the background may be set to ignore the key."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def conduct(script, build=labs.BUILD):
    """Its exit code, output and what it says that it saw; no lab is left."""
    with subprocess.Popen([sys.executable, script], text=True,
                          env=dict(ENV, LAPSE_BUILD=str(build)),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          preexec_fn=die_with_parent) as proc:
        output, _ = proc.communicate(timeout=160 * SLOW)
    print(output)
    assert not standing(proc.pid)
    seen, = [line for line in output.splitlines()
             if line.startswith("Seen: ")]
    return proc.returncode, output, seen


@pytest.mark.parametrize("script", SCRIPTS,
                         ids=[os.path.basename(path) for path in SCRIPTS])
def test_experiment(script):
    """It ends as expected, and leaves no lab."""
    code, output, _ = conduct(script)
    assert code == 0
    assert "NOT AS EXPECTED" not in output


@pytest.mark.parametrize("what", SABOTAGE)
def test_wrong(what, tmp_path):
    """Something is wrong: it says in a sentence what it saw, and exits 1."""
    number, case, told = SABOTAGE[what]
    program = tmp_path / "lapse"
    program.write_text(WRONG.format(lapse=os.path.join(labs.BUILD, "lapse"),
                                    case=case), encoding="utf-8")
    program.chmod(0o755)
    script, = glob.glob(os.path.join(FOLDER, number + "-*.py"))
    code, output, seen = conduct(script, tmp_path)
    assert code == 1
    assert "NOT AS EXPECTED" in output
    assert told in seen
    assert "Traceback" not in output


def test_user():
    """An ordinary user runs them too, those with DHCP as well."""
    with tempfile.TemporaryDirectory(prefix="lapse-user-") as folder:
        shutil.copytree(FOLDER, os.path.join(folder, "docs", "experiments"))
        runs.copy_programs(folder)
        os.chmod(folder, 0o755)
        user = runs.Who(folder, runs.USER)
        done = subprocess.run(
            user.argv_of([PYTHON, f"{folder}/docs/experiments/run", "05", "08",
                          "10"]),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=160 * SLOW, check=False,
            **user.options({"more": {"PYTHONDONTWRITEBYTECODE": "1"}}))
        print(done.stdout)
        assert done.returncode == 0
        assert done.stdout.endswith("3 as expected, 0 not\n")


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


@pytest.mark.parametrize("names,told", [
    (["99"], "99"), (["05", "99"], "99"), (["--no-such"], "--no-such")])
def test_no_such(names, told):
    """A name that none has is told, and nothing is run in its place."""
    done = subprocess.run(
        [sys.executable, os.path.join(FOLDER, "run"), *names], check=False,
        capture_output=True, text=True, env=ENV, timeout=60 * SLOW)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr and "11-adaptive-heartbeat" in done.stderr


def test_help():
    """It tells how it is used."""
    done = subprocess.run([sys.executable, os.path.join(FOLDER, "run"),
                           "--help"], capture_output=True, text=True, env=ENV,
                          check=True, timeout=60 * SLOW)
    assert "usage:" in done.stdout and not done.stderr


@pytest.mark.parametrize("script,line", [
    ("run", "EXPERIMENT"), ("02-tcp-keepalive.py", "  as expected")])
def test_interrupt_key(script, line):
    """A terminal's Ctrl-C ends all of it, without Python's own words."""
    with subprocess.Popen(
            [sys.executable, os.path.join(FOLDER, script)], env=ENV, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=interruptible) as proc:
        output = ""
        while not output.splitlines() or \
                not output.splitlines()[-1].startswith(line):
            more = proc.stdout.readline()
            assert more, output
            output += more
        os.killpg(proc.pid, signal.SIGINT)
        output += proc.communicate(timeout=60 * SLOW)[0]
    assert proc.returncode == -signal.SIGINT
    assert "interrupted" in output
    assert "Traceback" not in output and "KeyboardInterrupt" not in output
    assert not standing(proc.pid)


@pytest.mark.parametrize("argv", [["run", "05", "09"],
                                  ["05-push-after-expiry.py"]])
def test_no_reader(argv):
    """Who reads no more of it, as head does, is not told of that."""
    with subprocess.Popen(
            [sys.executable, os.path.join(FOLDER, argv[0]), *argv[1:]],
            env=ENV, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, preexec_fn=die_with_parent) as proc:
        proc.stdout.readline()
        proc.stdout.close()
        assert proc.stderr.read() == ""
        assert proc.wait(60 * SLOW) == 1
    assert not standing(proc.pid)

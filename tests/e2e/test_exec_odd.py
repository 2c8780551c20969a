# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse exec where things are odd: limits, folders, roots, full disks

What can be done is done, and what cannot is named.
"""

import ctypes
import os
import resource
import subprocess
import sys

import pytest

import runs
from host import SLOW
from talkers import ASK, PYTHON

CLONE_NEWUSER = 0x10000000


@pytest.mark.parametrize("kind,limit,says", [
    ("user", 0, "user.max_user_namespaces"),
    ("user", 1, "user.max_user_namespaces"),
    ("net", 1, "max_net_namespaces"),
    ("mnt", 1, "max_mnt_namespaces"),
    ("pid", 0, "max_pid_namespaces"),
    ("user", 9, None),
])
def test_limits_of_namespaces(user, kind, limit, says):
    """The kernel calls it a lack of space; we call it by its name."""
    ready, go = os.pipe(), os.pipe()

    def before():
        """In a namespace of users, with an end to others: an ordinary user."""
        ctypes.CDLL(None).unshare(CLONE_NEWUSER)
        os.write(ready[1], b"x")
        os.read(go[0], 1)
        os.setresgid(0, 0, 0)
        os.setresuid(0, 0, 0)
        with open(f"/proc/sys/user/max_{kind}_namespaces", "w",
                  encoding="ascii") as f:
            f.write(str(limit))
        os.setgroups([])
        os.setresgid(user.uid, user.uid, user.uid)
        os.setresuid(user.uid, user.uid, user.uid)
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)      # PR_SET_DUMPABLE

    pid = os.fork()
    if pid == 0:
        try:
            before()
            done = subprocess.run(
                [user.lapse, "exec", "--", "true"], text=True, check=False,
                capture_output=True, timeout=20 * SLOW, cwd=user.work)
            if says:
                assert done.returncode == 125
                assert says in done.stderr
            else:
                assert (done.returncode, done.stderr) == (0, "")
        except BaseException as error:      # pylint: disable=broad-except
            print(error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    os.read(ready[0], 1)
    for name in ("uid_map", "gid_map"):
        with open(f"/proc/{pid}/{name}", "w", encoding="ascii") as f:
            f.write("0 0 100000")
    os.write(go[1], b"x")
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    for fd in (*ready, *go):
        os.close(fd)
    assert code == 0


@pytest.mark.parametrize("most", range(1, 8))
def test_limit_of_processes(user, most):
    """However far it comes, a run that fails says why."""
    def before():
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
    done = user.exec("--", "true", before=before, code=None)
    assert done.returncode == 0 or done.stderr


@pytest.mark.parametrize("server", [
    "socat UDP-LISTEN:7,fork EXEC:cat &",
    "setsid -f sh -c 'sleep 0.3; exec socat UDP-LISTEN:7,fork EXEC:cat'",
])
def test_server_in_the_background(who, server):
    """One that leaves its shell behind is waited for as well."""
    done = who.exec("--server", server, "--", PYTHON, "-c", ASK, "7")
    assert done.stdout == "x\n"


def test_server_that_has_ended(user):
    """Nobody is there to wait for."""
    done = user.exec("--server", "true", "--", "echo", "ran")
    assert done.stdout == "ran\n" and not done.stderr


def outside(who, make, *arguments):
    """lapse exec on a host that is made odd first, by root."""
    return subprocess.run(
        ["unshare", "--mount", "sh", "-ec", make + '\nexec "$@"', "sh",
         *who.argv(["exec", *arguments])], text=True, capture_output=True,
        timeout=20 * SLOW, check=False, stdin=subprocess.DEVNULL,
        **who.options({}))


def test_names_of_the_host(who):
    """What the host calls server is not the lab's; what else it says stays."""
    path = who.path("hosts")
    with open(path, "w", encoding="ascii") as f:
        f.write("10.9.9.9 server server.lab mine")      # no newline
    done = outside(who, f"mount --bind '{path}' /etc/hosts", "--", "sh", "-c",
                   "getent ahostsv4 server.lab | head -1; getent hosts mine")
    assert [line.split()[0] for line in done.stdout.splitlines()] == \
        ["198.51.100.7", "10.9.9.9"]


def test_no_devices(user):
    """Not even /dev/null: that is said, too."""
    done = outside(user, "mount -t tmpfs tmpfs /dev", "--", "true")
    assert done.returncode == 125 and "/dev/null" in done.stderr


def test_umask(root):
    """A narrow one hides nothing of the lab from other users in it."""
    done = root.exec("--dhcp", "--", "setpriv", "--reuid", str(runs.USER),
                     "--clear-groups", "sh", "-c",
                     "getent hosts server.lab && cat /etc/resolv.conf && "
                     "ls /run/lapse /run/netns", before=lambda: os.umask(0o77))
    assert "198.51.100.7" in done.stdout and not done.stderr


@pytest.mark.parametrize("verb", [["exec"], ["lab", "up"]])
def test_folder_that_cannot_be_entered(user, verb):
    """Root's, where an ordinary user is left: it is said, and of what."""
    closed = user.path("closed")
    os.makedirs(os.path.join(closed, "inner"))
    os.chmod(closed, 0o700)                 # root's
    command = ["--", "true"] if verb == ["exec"] else []
    done = user.run(*verb, *command, cwd=os.path.join(closed, "inner"),
                    code=None)
    assert done.returncode in (1, 125)
    assert "closed/inner cannot be entered" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_folder_that_is_gone(who):
    """Likewise."""
    done = subprocess.run(
        ["sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@"',
         "sh", *who.argv(["exec", "--", "true"])], text=True,
        capture_output=True, timeout=20 * SLOW, check=False,
        stdin=subprocess.DEVNULL, **who.options({}))
    assert done.returncode == 125
    assert "the folder we are in" in done.stderr


def test_changed_root(root):
    """A caller below a chroot() stays there, and so does all of the lab."""
    before = runs.host_state()
    new = root.path("root")
    os.mkdir(new)
    make = (f"mount --rbind / '{new}'; mount --make-rprivate '{new}'; "
            f"mount -t tmpfs tmpfs '{new}/mnt'; echo ours > '{new}/mnt/mark';"
            f"set -- chroot '{new}' sh -c 'cd /mnt && exec \"$@\"' sh \"$@\"")
    done = outside(root, make, "--", "sh", "-c",
                   "pwd; cat /mnt/mark; getent hosts server")
    assert done.stdout.split()[:3] == ["/mnt", "ours", "198.51.100.7"], \
        done.stderr
    assert done.stderr == "" and done.returncode == 0
    # once, its gateway wrote into the outer /run
    assert runs.host_state() == before


def test_report_that_cannot_be_written(user):
    """It is not lost in silence."""
    done = user.exec("--report", "/dev/full", "--", "echo", "ran")
    assert done.stdout == "ran\n"
    assert "report cannot be written" in done.stderr

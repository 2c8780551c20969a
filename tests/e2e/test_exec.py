# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse exec: a command behind the NAT is as if nothing were between

Streams, exit codes, environment, and what it sees of the machine. Its options
are in test_exec_options.py, signals and sudden deaths in test_exec_signals.py.
"""

import hashlib
import json
import os
import subprocess
import time

import pytest

import runs
from host import SLOW, poll
from talkers import ASK, ECHO, PYTHON, script


def test_streams(who):
    """Standard input, output and error go through, whatever they hold."""
    data = os.urandom(1 << 20)
    done = who.exec("--", "sh", "-c", "cat; echo said >&2", input=data,
                    text=False)
    assert done.stdout == data
    assert done.stderr == b"said\n"


def test_big_output(who):
    """More than any pipe holds, read slowly."""
    done = who.exec("--", "sh", "-c", "head -c 50000000 /dev/zero | tr '\\0' x",
                    text=False)
    assert hashlib.sha256(done.stdout).digest() == \
        hashlib.sha256(b"x" * 50000000).digest()


@pytest.mark.parametrize("streams", [(0,), (1,), (2,), (0, 1, 2)])
def test_closed_streams(who, streams):
    """A standard stream that is closed stays so, and nothing takes its place."""
    def close():
        for fd in streams:
            os.close(fd)
    out = who.path("out")
    look = ("import os, sys\nopen_ones = []\nfor fd in range(3):\n"
            " try:\n  os.fstat(fd)\n  open_ones.append(str(fd))\n"
            " except OSError:\n  pass\n"
            "open(sys.argv[1], 'w').write(' '.join(open_ones))")
    who.exec("--", PYTHON, "-c", look, out, before=close, stdin=None)
    with open(out, encoding="utf-8") as f:
        fds = set(map(int, f.read().split()))
    assert fds == {0, 1, 2} - set(streams)


@pytest.mark.parametrize("code", [0, 7, 255])
def test_exit_code(who, code):
    """The command's own."""
    who.exec("--", "sh", "-c", f"exit {code}", code=code)


def test_no_command(user):
    """Nothing to run is a wrong usage."""
    assert "needs a command" in user.exec(code=125).stderr
    assert "needs a command" in user.exec("--", code=125).stderr


def test_not_found(who):
    """127 where there is no program, 126 where it cannot be executed."""
    # a folder of the PATH that cannot be searched would make it 126
    env = dict(os.environ, PATH="/usr/bin:/bin")
    assert "no-such" in who.exec("--", "no-such-program", code=127,
                                 env=env).stderr
    plain = script(who, "plain", "")
    os.chmod(plain, 0o644)
    assert "plain" in who.exec("--", plain, code=126).stderr


def test_death_by_signal(who):
    """The command's signal is lapse's end too, without a second core."""
    for number in (9, 11, 15, 13):
        who.exec("--", "sh", "-c", f"kill -{number} $$", code=-number)


def test_environment(who):
    """It is the caller's, and where the gateway is asked."""
    more = {"A B": "c\nd", "EMPTY": "", "LAPSE_SOCKET": "/no/such",
            "LAPSE_LAB": "other"}
    env = dict(os.environ, PATH="/usr/bin:/bin", XDG_RUNTIME_DIR="/run")
    profile = os.path.join(who.folder, "conf", "profiles",
                           "us-3g-2013.yaml")
    for options in ([], ["--profile", profile]):
        got = who.exec(*options, "--", "env", "-0", env=env, more=more)
        got = dict(p.split("=", 1) for p in got.stdout.split("\0") if p)
        expected = {k: v for k, v in env.items()
                    if not k.startswith("LAPSE_")}
        expected.update(more, HOME=who.work, PWD=who.work,
                        LAPSE_SOCKET="/run/lapse/control.sock")
        expected[runs.MARK] = who.mark
        assert got == expected


def test_attributes(who):
    """Umask, limits, priority, ignored signals, ids: all the caller's."""
    show = ("umask; ulimit -n; nice; id -u; id -g; "
            "grep -E '^Sig(Ign|Blk)|^Groups|^CapEff' /proc/self/status")
    show = ["sh", "-c", show]

    def before():
        import resource     # pylint: disable=import-outside-toplevel
        import signal       # pylint: disable=import-outside-toplevel
        os.umask(0o27)
        os.nice(3)
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, {signal.SIGTERM,
                                                    signal.SIGUSR1})
    here = subprocess.run(
        ["setpriv", "--reuid", str(who.uid), "--regid", str(who.uid),
         "--clear-groups", *show] if who.uid else show, text=True,
        check=True, capture_output=True, preexec_fn=before)
    assert who.exec("--", *show, before=before).stdout == here.stdout


def test_sigchld_ignored(who):
    """A caller that ignores the end of its children."""
    def before():
        import signal       # pylint: disable=import-outside-toplevel
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    who.exec("--", "sh", "-c", "exit 5", before=before, code=5)


def test_root_of_the_lab(user):
    """--root: root of the lab, who may do with the client what he likes."""
    done = user.exec("--root", "--", "sh", "-c",
                     "id -u; ip link set eth0 mtu 1400 && "
                     "cat /sys/class/net/eth0/mtu")
    assert done.stdout.split() == ["0", "1400"]
    assert user.exec("--", "id", "-u").stdout.split() == [str(runs.USER)]
    assert "not permitted" in user.exec(
        "--", "ip", "link", "set", "eth0", "mtu", "1400", code=2).stderr


def test_inherited_descriptors(who):
    """The command has them; lapsed and the server do not."""
    read, write = os.pipe()
    name = os.readlink(f"/proc/self/fd/{write}")
    os.set_inheritable(write, True)
    look = (f"ls -l /proc/$$/fd | grep -cF '{name}'; "
            "for p in /proc/[0-9]*; do case $(cat $p/comm) in "
            f"lapsed|socat) ls -l $p/fd | grep -cF '{name}';; esac; done; "
            "ls /proc/$$/fd")
    options = ["--root"] if who.uid else []
    got = who.exec(*options, "--server", ECHO, "--", "sh", "-c", look,
                   pass_fds=[write]).stdout.split()
    assert got[:1] == ["1"]
    assert set(got[1:3]) == {"0"}
    assert set(got[3:]) - {"0", "1", "2", "10"} == {str(write)}
    os.close(read)
    os.close(write)


@pytest.mark.parametrize("folder", ["a folder of mine", "ünï", "-x", "run",
                                    "link"])
def test_folder(who, folder):
    """It runs where its caller is."""
    place = who.path(folder)
    if folder == "link":
        os.mkdir(who.path("true"))
        os.chown(who.path("true"), who.uid, who.uid)
        os.symlink("true", place)
    elif folder == "run":
        place = f"/run/lapse-test-{who.mark}"
        os.mkdir(place)
        os.chown(place, who.uid, who.uid)
    else:
        os.mkdir(place)
        os.chown(place, who.uid, who.uid)
    try:
        assert who.exec("--", "sh", "-c", "echo $PWD; echo x > file",
                        cwd=place).stdout == place + "\n" \
            or folder == "file"
        with open(os.path.join(place, "file"), encoding="utf-8") as f:
            assert f.read() == "x\n"
    finally:
        if folder == "run":
            os.unlink(os.path.join(place, "file"))
            os.rmdir(place)


def test_orphans_are_reaped(who):
    """Process 1 takes in whose parent is gone, and no zombie stays."""
    done = who.exec("--", "sh", "-c",
                    "for i in 1 2 3 4 5 6 7 8; do (true & true) & done; wait;"
                    "i=0; while grep -l '^State:.Z' /proc/[0-9]*/status && "
                    "[ $i -lt 100 ]; do sleep 0.05; i=$((i+1)); done "
                    ">/dev/null 2>&1; [ $i -lt 100 ]")
    assert done.stderr == ""


def test_daemons_end(who):
    """What the command leaves running ends with it, at once."""
    began = time.monotonic()
    who.exec("--", "sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 & exit 0")
    assert time.monotonic() - began < 10 * SLOW
    poll(lambda: not who.processes())


def test_world(who):
    """Processes of the lab alone; eth0 alone; no IPv6; loopback works."""
    done = who.exec("--", "sh", "-c",
                    "ls -d /proc/[0-9]* | wc -l; ls /sys/class/net; "
                    "ip -6 address show dev eth0; ls -d /run/lapse/* | wc -l;"
                    "getent hosts server.lab server client gateway.lab;"
                    "cat /etc/resolv.conf; hostname")
    lines = done.stdout.splitlines()
    assert int(lines[0]) < 10
    assert lines[1:3] == ["eth0", "lo"]
    assert "inet6" not in done.stdout
    names = [line.split() for line in lines[4:8]]
    assert [n[0] for n in names] == ["198.51.100.7", "198.51.100.7",
                                     "192.168.77.2", "192.168.77.1"]
    assert lines[8] == "nameserver 198.51.100.7"
    assert lines[-1] == os.uname().nodename


def test_superpackets(who):
    """A user's TCP hands over as much at once as root's, and is as fast; only
    what is recorded must be slow enough for a user's buffer."""
    def largest(*options):
        done = who.exec(*options, "--", "ip", "-j", "-d", "link", "show",
                        "eth0")
        return json.loads(done.stdout)[0]["gso_max_size"]

    assert largest() == 65536
    assert largest("--pcap", "/dev/null") == (8192 if who.uid else 65536)


def test_host_is_unchanged(who):
    """Interfaces, routes, rules, sysctls, mounts, /run, resolv.conf."""
    before = runs.host_state()
    who.exec("--dhcp", "--server", ECHO, "--", PYTHON, "-c", ASK, "7")
    who.exec("--behind", "rfc-compliant", "--", "true")
    assert runs.host_state() == before


def test_nothing_is_left(who):
    """Namespaces, processes and files are gone when lapse is."""
    files = set(os.listdir(who.work)), set(os.listdir("/tmp"))
    done = who.exec("--", "sh", "-c",
                    "for n in net mnt pid user uts; do "
                    "readlink /proc/self/ns/$n; done; "
                    "for i in /run/netns/*; do stat -fc %T $i >/dev/null; "
                    "stat -c 'net:[%i]' $i; done")
    names = [n for n in done.stdout.split()
             if n not in {os.readlink(f"/proc/self/ns/{k}")
                          for k in os.listdir("/proc/self/ns")}]
    assert len(names) >= 5
    poll(lambda: not runs.namespaces_alive(names))
    assert not who.processes()
    assert not set(os.listdir(who.work)) - files[0]
    assert not [n for n in set(os.listdir("/tmp")) - files[1]
                if n.startswith("lapse") and who.mark in n]


def test_gateway_dies(root):
    """A run whose NAT is gone is no success, whatever the command says."""
    done = root.exec("--", "sh", "-c",
                     "trap 'exit 0' TERM; for p in /proc/[0-9]*; do "
                     "[ $(cat $p/comm) = lapsed ] && kill -9 ${p#/proc/}; "
                     "done; while :; do sleep 0.1; done", code=125)
    assert "lapsed has ended" in done.stderr


def test_exec_in_exec(who):
    """One inside another: NAT behind no NAT, but a world of its own."""
    done = who.exec("--", who.lapse, "exec", "--server", ECHO, "--",
                    PYTHON, "-c", ASK, "7")
    assert done.stdout == "x\n"


def test_resolv_conf_is_a_link(who):
    """Into /run, as systemd-resolved makes it; its socket does not answer."""
    argv = who.argv(["exec", "--", "sh", "-c",
                     "cat /etc/resolv.conf; "
                     "socat -u OPEN:/dev/null UNIX-CONNECT:"
                     "/run/systemd/resolve/io.systemd.Resolve 2>&1"])
    make = ("mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/resolve && "
            "echo nameserver 9.9.9.9 > /run/systemd/resolve/stub.conf && "
            "mkdir /run/etc && cp -a /etc/. /run/etc && "
            "mount --bind /run/etc /etc && rm /etc/resolv.conf && "
            "ln -s ../run/systemd/resolve/stub.conf /etc/resolv.conf && "
            "socat UNIX-LISTEN:/run/systemd/resolve/io.systemd.Resolve,"
            "fork,mode=666 /dev/null & "
            "until [ -e /run/systemd/resolve/io.systemd.Resolve ]; do "
            "sleep 0.02; done; \"$@\"; code=$?; kill $!; exit $code")
    done = subprocess.run(
        # a /proc of its own: a sanitizer looks for itself there
        ["unshare", "--mount", "--pid", "--fork", "--kill-child",
         "--mount-proc", "sh", "-c", make, "sh", *argv], text=True, capture_output=True,
        timeout=20 * SLOW, check=False, stdin=subprocess.DEVNULL,
        **who.options({}))
    assert done.stdout.startswith("nameserver 198.51.100.7\n"), done.stderr
    assert "refused" in done.stdout
    assert not done.stderr


def test_big_run(user):
    """A host with thousands of entries in /run."""
    argv = user.argv(["exec", "--", "ls", "/run"])
    make = ("mount -t tmpfs tmpfs /run && cd /run && "
            "seq -f f%g 1500 | xargs touch && seq -f d%g 500 | xargs mkdir && "
            "cd \"$OLDPWD\" && exec \"$@\"")
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", make, "sh", *argv], text=True,
        capture_output=True, timeout=20 * SLOW, check=False,
        stdin=subprocess.DEVNULL, **user.options({}))
    assert len(done.stdout.split()) == 2002, done.stderr


def test_masked_proc(root):
    """In a container that masks /proc, the message says what to do."""
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c",
         "mount -t tmpfs tmpfs /proc/sys/net && exec \"$@\"", "sh",
         "setpriv", "--reuid", str(runs.USER), "--regid", str(runs.USER),
         "--clear-groups", root.lapse, "exec", "--", "true"], text=True,
        capture_output=True, timeout=20 * SLOW, check=False,
        stdin=subprocess.DEVNULL, **root.options({"cwd": "/"}))
    assert done.returncode == 125
    assert "unmasked /proc" in done.stderr

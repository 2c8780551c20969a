# SPDX-License-Identifier: GPL-2.0-or-later
"""runs - run `lapse exec` and `lapse lab` as root or as an ordinary user

Whatever a run starts carries a mark in its environment, so that what it leaves
behind is found, whoever else uses the machine.
"""

import contextlib
import os
import pty
import re
import select
import shutil
import signal
import stat
import subprocess
import tempfile
import uuid

import lab as labs
from host import SLOW, die_with_parent, poll

HERE = os.path.dirname(os.path.abspath(__file__))
USER, OTHER = 12345, 12346        # nobody has these
MARK = "LAPSE_TEST_MARK"


def copy_programs(to):
    """Programs and profiles, readable for all."""
    build = os.path.join(to, "build")
    os.makedirs(build)
    for name in ("lapsed", "lapse"):
        shutil.copy(os.path.join(labs.BUILD, name), build)
    shutil.copytree(os.path.join(labs.SOURCE, "conf", "profiles"),
                    os.path.join(to, "conf", "profiles"))
    subprocess.run(["chmod", "-R", "a+rX", to], check=True)


def tun(folder):
    """A /dev/net/tun that a user may open, as elsewhere; here it may not."""
    path = os.path.join(folder, "tun")
    os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(10, 200))
    os.chmod(path, 0o666)
    return path


class Who:
    """Somebody who runs lapse, with a folder of his own."""

    def __init__(self, folder, uid):
        self.folder, self.uid = folder, uid
        self.lapse = os.path.join(folder, "build", "lapse")
        self.work = tempfile.mkdtemp(prefix="work-", dir=folder)
        os.chown(self.work, uid, uid)
        self.mark = uuid.uuid4().hex

    def path(self, name):
        """A file in the folder."""
        return os.path.join(self.work, name)

    def argv_of(self, argv):
        """What runs a program as this one."""
        drop = ["setpriv", "--reuid", str(self.uid), "--regid",
                str(self.uid), "--clear-groups", "--"] if self.uid else []
        return drop + [str(a) for a in argv]

    def argv(self, arguments):
        """What runs lapse with these."""
        return self.argv_of([self.lapse, *arguments])

    def options(self, how):
        """For subprocess: environment, folder, and an end with the test."""
        env = dict(how.pop("env", None) or os.environ)
        env = {k: v for k, v in env.items() if not k.startswith("LAPSE_")}
        env.update(how.pop("more", {}), HOME=self.work, PWD=self.work)
        env[MARK] = self.mark
        how.setdefault("cwd", self.work)
        env["PWD"] = how["cwd"]
        before = how.pop("before", None)

        def begin():
            die_with_parent()
            # a shell cannot catch what it was started to ignore, and
            # nohup and background jobs are started so
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)
            if before:
                before()
        return dict(how, env=env, preexec_fn=begin)

    def run(self, *arguments, timeout=20, code=0, **how):
        """Run to the end; code: what is expected, or None."""
        how.setdefault("stdin", None if "input" in how
                       else subprocess.DEVNULL)
        if how["stdin"] is None:
            del how["stdin"]
        done = subprocess.run(self.argv(arguments), text=how.pop("text", True),
                              timeout=timeout * SLOW, check=False,
                              stdout=how.pop("stdout", subprocess.PIPE),
                              stderr=how.pop("stderr", subprocess.PIPE),
                              **self.options(how))
        if code is not None:
            assert done.returncode == code, (done.returncode, done.stdout,
                                             done.stderr)
        return done

    def exec(self, *arguments, **how):
        """lapse exec, to its end."""
        return self.run("exec", *arguments, **how)

    def start(self, *arguments, **how):
        """Start it: a Popen with pipes."""
        how.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(
            self.argv(arguments), text=how.pop("text", True),
            stdout=how.pop("stdout", subprocess.PIPE),
            stderr=how.pop("stderr", subprocess.PIPE), **self.options(how))

    def processes(self):
        """Those that are left of what was run: pid, name."""
        found = []
        sign = f"{MARK}={self.mark}".encode()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as f:
                    if sign not in f.read().split(b"\0"):
                        continue
                with open(f"/proc/{pid}/comm", encoding="utf-8") as f:
                    found.append((int(pid), f.read().strip()))
            except OSError:
                continue
        return found

    def end(self):
        """Nothing may be left, and nothing is after this."""
        try:
            poll(lambda: not self.processes(), what=str(self.processes()))
        finally:
            for pid, _ in self.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


class Terminal:
    """A terminal with a program in it."""

    def __init__(self, who, *argv):
        self.who = who
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            how = who.options({})
            how["preexec_fn"]()
            os.chdir(how["cwd"])
            os.execvpe(argv[0], argv, dict(how["env"], PS1="$ "))

    def type(self, text):
        """As if by hand."""
        os.write(self.fd, text.encode())

    def read(self, patience):
        """What it has written; the end of the terminal is no error."""
        if select.select([self.fd], [], [], patience)[0]:
            try:
                self.text += os.read(self.fd, 65536).decode(errors="replace")
            except OSError:
                pass

    def expect(self, pattern, timeout=10):
        """Read until it matches; what matched is taken away."""
        def look():
            self.read(0.02)
            return re.search(pattern, self.text)
        try:
            match = poll(look, timeout, pattern)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.text!r}") from None
        self.text = self.text[match.end():]
        return match

    def end(self):
        """The program's exit code, or minus a signal."""
        statuses = []

        def reap():
            self.read(0)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            statuses.append(status)
            return pid
        poll(reap, 10, "the end of the program in the terminal")
        os.close(self.fd)
        return os.waitstatus_to_exitcode(statuses[-1])


def host_state():
    """What lapse must not touch, as text."""
    def ask(*argv):
        return subprocess.run(argv, capture_output=True, text=True,
                              check=False).stdout

    state = {
        "links": re.sub(r"state \w+|<[^>]*>|qlen \d+", "",
                        ask("ip", "-o", "link")),
        "addresses": re.sub(r"(valid|preferred)_lft \S+", "",
                            ask("ip", "-o", "address")),
        "routes": ask("ip", "route", "show", "table", "all"),
        "policy": ask("ip", "rule"),
        "iptables": re.sub(r"^#.*\n|\[\d+:\d+\]", "", ask("iptables-save"),
                           flags=re.M),
        "nft": ask("nft", "list", "ruleset"),
        "run": sorted(n for n in os.listdir("/run") if n != "xtables.lock"),
        "hostname": os.uname().nodename,
    }
    for name in ("ip_forward", "ip_local_port_range", "ping_group_range",
                 "conf/all/send_redirects", "conf/all/rp_filter",
                 "conf/default/rp_filter"):
        with open("/proc/sys/net/ipv4/" + name, encoding="ascii") as f:
            state[name] = f.read()
    for path in ("/proc/self/mounts", "/etc/resolv.conf", "/etc/hosts"):
        try:
            with open(path, encoding="utf-8") as f:
                state[path] = f.read()
        except FileNotFoundError:
            state[path] = None
    return state


def namespaces_alive(names):
    """Which of these ("net:[4026…]") some process or mount still has."""
    held = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for folder in ("ns", "fd"):
            try:
                held.update(os.readlink(f"/proc/{pid}/{folder}/{name}")
                            for name in os.listdir(f"/proc/{pid}/{folder}"))
            except OSError:
                continue
    with open("/proc/self/mountinfo", encoding="utf-8") as f:
        mounts = f.read()
    return [n for n in names if n in held or n in mounts]


def abstract_sockets():
    """Names of labs that somebody holds."""
    with open("/proc/net/unix", encoding="utf-8") as f:
        return sorted({line.split()[-1] for line in f if "@lapse-lab" in line})

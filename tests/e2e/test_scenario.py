# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios: each kind of step against a real client and a real server"""

import json
import os
import signal
import subprocess

import pytest

from host import PYTHON, SLOW, die_with_parent, poll
from lab import BUILD, SOURCE

EXAMPLES = os.path.join(SOURCE, "docs", "scenarios")

# A client that beats when it is told to: by the lines of a FIFO, so that no
# test depends on time.
CLIENT = """
import os, socket, sys
sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
print("connected", flush=True)
sock.settimeout(1)
# for writing too, so that it has no end when a writer goes
for line in os.fdopen(os.open(sys.argv[3], os.O_RDWR)):
    if line == "end\\n":
        break
    try:
        sock.send(line.encode())
        print("answer:", sock.recv(100).decode().strip(), flush=True)
    except OSError as e:
        print("lost:", type(e).__name__, flush=True)
sys.exit(7)
"""


class Stage:
    """A lab with a server that echoes, a client, and files."""

    def __init__(self, lab, folder, **how):
        self.lab = lab(**how)
        self.beats = str(folder / "beats")
        self.server = self.lab.server.listen(5000).echo()
        self.client = self.lab.client.address
        self.pid = self.lab.client.proc.pid
        self.write("client.py", CLIENT)
        os.mkfifo(self.beats)

    def write(self, name, text):
        """A file of the lab: its path."""
        with open(self.lab.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return self.lab.path(name)

    def app(self, **more):
        """The step that starts the client."""
        argv = [PYTHON, self.lab.path("client.py"), self.lab.server_address,
                "5000", self.beats]
        return {"run": dict({"command": argv, "in": self.pid, "name": "app",
                             "background": "true"}, **more)}

    def tell(self, *words):
        """A step that tells the client to send something."""
        return {"run": f"printf '%s\\n' {' '.join(words)} >> {self.beats}"}

    def scenario(self, *steps, title="a test"):
        """A scenario's file; JSON is YAML too."""
        return self.write("scenario.yaml", json.dumps(
            {"title": title, "steps": list(steps)}, indent=1))

    def run(self, *steps, code=0):
        """Run one: its verdicts."""
        done = self.lab.ask("scenario", "run", "--json",
                            self.scenario(*steps))
        assert done.returncode == code, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def left(self):
        """What runs in the client's namespace beside the lab's own."""
        inode = os.stat(f"/proc/{self.pid}/ns/net").st_ino
        return [p for p in filter(str.isdigit, os.listdir("/proc"))
                if int(p) != self.pid and self.lives(p, inode)]

    @staticmethod
    def lives(pid, inode):
        """Whether a process is in a namespace."""
        try:
            return os.stat(f"/proc/{pid}/ns/net").st_ino == inode
        except OSError:
            return False


@pytest.fixture
def stage(lab, tmp_path):
    """A function that makes a stage."""
    return lambda **how: Stage(lab, tmp_path, **how)


def passed(rows):
    """All steps have, or the test tells which has not."""
    assert all(r["verdict"] == "passed" for r in rows), rows
    return rows


def test_every_kind_of_step(stage, tmp_path):
    """A day in the life of a connection, told by one file."""
    stage = stage(settings={"dhcp": {
        "range": ["192.168.77.50-192.168.77.60"],
        "lease-file": str(tmp_path / "leases")}})
    rows = passed(stage.run(
        {"clock": "freeze"},
        {"profile": "cn-mobile-2g3g-2013"},
        {"set": {"tcp-trans-open-timeout": "100s"}},
        {"assert": {"setting": "nat.tcp-trans-open-timeout", "is": "100s"}},
        stage.app(),
        {"name": "it connects", "wait": "session-created protocol=tcp",
         "client": stage.client, "timeout": "10s"},
        {"assert": {"output": "app", "contains": "connected"},
         "timeout": "10s"},
        # in the order in which they happened, or not
        {"wait": "mapping-created"},
        stage.tell("one"),
        {"assert": {"output": "app", "contains": "answer: one"},
         "timeout": "10s"},
        {"assert": {"sessions": 1, "protocol": "tcp"},
         "client": stage.client},
        {"assert": {"sessions": 0, "protocol": "udp"}},
        {"assert": {"sessions": 1, "state": "established"}},
        {"assert": {"mappings": "at-least 1"}},
        {"assert": {"clients": 1}, "client": stage.client},
        {"clock": {"to": "4m59s"}},
        stage.tell("two"),
        {"assert": {"output": "app", "contains": "answer: two"},
         "timeout": "10s"},
        {"fault": {"name": "blackhole-in", "for": "10s"},
         "client": stage.client},
        {"assert": {"faults": 1}},
        stage.tell("three"),
        {"assert": {"output": "app", "contains": "lost: "},
         "timeout": "10s"},
        {"assert": {"stat": "drop-fault", "is": "at-least 1"}},
        {"at": "4m59s", "clock": {"advance": "10s"}},
        {"wait": "fault-ended"},
        {"assert": {"faults": 0}},
        {"fault": "slow-server"},
        {"fault": {"clear": "slow-server"}},
        {"assert": {"faults": 0}},
        {"clock": {"advance": "301s"}},
        {"wait": "session-deleted reason=idle", "client": stage.client,
         "timeout": "0s"},
        {"assert": {"report": "died", "protocol": "tcp", "is": 1},
         "client": stage.client},
        {"assert": {"report": "alive", "is": 0}},
        stage.tell("end"),
        {"wait": {"exit": "app"}, "timeout": "10s"},
        {"assert": {"exit": "app", "is": 7}},
        {"clock": {"scale": 100}}, {"clock": "resume"},
        {"wait": {"for": "20s"}},
        {"at": "11m", "on": "clock-changed", "assert": {"leases": 0}},
    ))
    assert [r["step"] for r in rows] == list(range(1, len(rows) + 1))
    assert rows[5]["name"] == "it connects"
    assert rows[15]["time"] == 299
    assert rows[-1]["time"] >= 660


def test_put_back(stage):
    """What was set before is again as it was; so is the clock's pace."""
    stage = stage()
    lab = stage.lab
    lab.one("set", "udp-timeout=150s", "icmp-timeout=70s")
    lab.one("set", "udp-timeout=140s", "--client", stage.client)
    lab.one("fault", "blackhole", "--client", "192.168.77.99")
    before = lab.lapse("get"), lab.lapse("fault", "list")
    passed(stage.run(
        {"profile": "home-linux-default"},
        {"profile": "us-3g-2013", "client": stage.client},
        {"set": {"udp-timeout": "160s", "other-timeout": "80s"}},
        {"set": {"refresh": "both"}, "client": "192.168.77.33"},
        {"assert": {"setting": "udp-timeout", "is": "160s"}},
        {"fault": "blackhole", "client": "192.168.77.98"},
        {"clock": {"scale": 7}}, {"clock": "freeze"}))
    assert (lab.lapse("get"), lab.lapse("fault", "list")) == before
    clock = lab.one("clock")
    assert (clock["scale"], clock["frozen"]) == (1, False)
    lab.one("unset", "--all")
    before = lab.lapse("get")
    passed(stage.run({"profile": "home-linux-default"}))
    assert lab.lapse("get") == before


def test_failures(stage):
    """A step that fails says what was expected, and the rest is not run."""
    stage = stage()
    lab = stage.lab
    after = {"run": "touch " + lab.path("after")}
    for step, expected, got in (
            ({"assert": {"sessions": "at-least 3"}}, "at-least 3", "0"),
            ({"assert": {"setting": "refresh", "is": "none"}}, "none",
             "outbound"),
            ({"assert": {"report": "died"}}, "at-least 1", "0 of 0"),
            ({"wait": "session-created", "timeout": "50ms"},
             "session-created", "none in 0.05 s of real time"),
            ({"on": "session-created", "timeout": "50ms",
              "clock": "freeze"}, "session-created", "none in "),
            ({"run": "echo hello; exit 3"}, "exit code 0", "3"),
            ({"run": "kill -KILL $$"}, "exit code 0", "137"),
            ({"run": "exec sleep 99", "timeout": "50ms"}, "the end of exec",
             "still runs"),
            ({"run": ["/nonexistent/program"]}, None, "No such file"),
            ({"run": {"command": "true", "in": "nowhere"}}, None,
             "no host nowhere"),
            ({"assert": {"stat": "no-such"}}, "0", "lapse stats"),
            ({"set": {"udp-timeout": "150s"}, "client": "nobody"}, None,
             "no client"),
            ({"set": {"max-sessions": "1024"}}, None, "restart it"),
            ({"fault": "new-address"}, None, "wan.pool"),
            ({"fault": {"name": "rst", "for": "1s"}}, None, "happens once"),
            ({"clock": {"advance": "2000000d"}}, None, "4000 years")):
        rows = stage.run(step, after, code=5)
        assert [r["verdict"] for r in rows] == ["failed", "not-run"], rows
        assert rows[0].get("expected") == expected and got in rows[0]["got"]
        assert not os.path.exists(lab.path("after"))
    assert rows[0]["line"] == 4
    done = lab.ask("scenario", "run", stage.scenario(
        {"run": "echo hello; exit 3"}, after))
    assert done.returncode == 5
    line, = [x for x in done.stdout.splitlines() if x.startswith("FAILED")]
    assert line.endswith("run echo hello; exit 3: expected exit code 0, got "
                         f"3 ({lab.path('scenario.yaml')}:4)"), line
    assert "not run" in done.stdout and "hello\n" in done.stderr
    assert "1 failed, 1 not run" in done.stdout
    frozen = stage.run({"clock": "freeze"}, {"at": "1s", **after}, code=5)
    assert "frozen" in frozen[1]["got"]
    late = stage.run({"clock": {"scale": 100000}}, {"wait": {"for": "60s"}},
                     {"clock": {"to": "61s"}}, code=5)
    assert "past that already" in late[2]["got"]
    assert not lab.one("clock")["frozen"]


def test_waits_count_each_event_once(stage):
    """Two connections are two events, though both came before the waits."""
    stage = stage()
    one = ("import socket, sys; socket.create_connection(('"
           f"{stage.lab.server_address}', 5000))")
    connect = {"run": {"command": [PYTHON, "-c", one + ";" + one],
                       "in": stage.pid}}
    created = {"wait": "session-created protocol=tcp", "timeout": "5s"}
    passed(stage.run(connect, created, {"wait": "mapping-created"}, created))
    rows = stage.run(connect, created, created,
                     dict(created, timeout="200ms"), code=5)
    assert [r["verdict"] for r in rows] == ["passed"] * 3 + ["failed"]
    # and what was before the last step that did something is the past
    rows = stage.run(connect, {"clock": "reset"},
                     dict(created, timeout="50ms"), code=5)
    assert rows[-1]["verdict"] == "failed"


def test_named_namespace(stage):
    """`in` takes the names of `ip netns`."""
    stage = stage()
    name = f"lapse-e2e-{os.getpid()}"
    path = f"/run/netns/{name}"
    subprocess.run(["ip", "netns", "attach", name, str(stage.pid)],
                   check=True)
    try:
        rows = passed(stage.run(
            {"run": {"command": "ip -4 -o address", "in": name,
                     "name": "shown", "background": "true"}},
            {"assert": {"output": "shown", "contains": stage.client},
             "timeout": "5s"}))
        assert f"in {name}" in rows[0]["what"]
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)
    assert not os.path.exists(path)


STUBBORN = "trap '' TERM; echo ready; sleep 1000 & wait; wait"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(stage, how):
    """A signal in the middle: nothing is left, and all is put back."""
    stage = stage()
    before = stage.lab.lapse("get")
    path = stage.scenario(
        {"profile": "us-3g-2013"},
        {"fault": "blackhole"},
        stage.app(),
        {"run": {"command": STUBBORN, "in": stage.pid, "name": "stubborn",
                 "background": "true"}},
        {"assert": {"output": "stubborn", "contains": "ready"},
         "timeout": "10s"},
        {"wait": "ports-exhausted", "timeout": "1h"},
        {"run": "true"})
    proc = subprocess.Popen(
        [os.path.join(BUILD, "lapse"), "scenario", "run", path], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=stage.lab.environment(), preexec_fn=die_with_parent)
    for line in proc.stdout:
        if " 5 " in line:
            break
    assert len(stage.left()) >= 2
    proc.send_signal(how)
    out, err = proc.communicate(timeout=20 * SLOW)
    assert proc.returncode == 1, err
    assert "interrupted" in err and "not run   7 " in out
    assert not stage.left()
    assert stage.lab.lapse("get") == before
    assert not stage.lab.lapse("fault", "list")


def test_killed(stage):
    """Even SIGKILL leaves none of the programs."""
    stage = stage()
    path = stage.scenario(
        stage.app(), {"assert": {"output": "app", "contains": "connected"},
                      "timeout": "10s"},
        {"wait": "ports-exhausted", "timeout": "1h"})
    proc = subprocess.Popen(
        [os.path.join(BUILD, "lapse"), "scenario", "run", path], text=True,
        stdout=subprocess.PIPE, env=stage.lab.environment(),
        preexec_fn=die_with_parent)
    for line in proc.stdout:
        if " 2 " in line:
            break
    proc.kill()
    proc.wait()
    proc.stdout.close()
    poll(lambda: not stage.left(), 5, "the program has ended")


def test_without_lapsed(stage):
    """lapsed goes away in the middle; and was never there."""
    stage = stage()
    rows = stage.run({"run": f"kill {stage.lab.lapsed.pid}"},
                     {"wait": "session-created", "timeout": "20s"},
                     {"run": "true"}, code=1)
    assert rows[1]["verdict"] == "failed"
    assert stage.lab.lapsed.wait(20 * SLOW) == 0
    stage.lab.lapsed = None
    assert not stage.run({"run": "true"}, code=1)
    plan = stage.lab.lapse("scenario", "run", "--dry-run", stage.scenario(
        stage.app(), {"at": "5m", "clock": {"advance": "1m"}}))
    assert [r["time"] for r in plan] == [0, 360]


def test_bad_file(stage):
    """All errors at once, with their places; nothing is changed."""
    stage = stage()
    path = stage.write("bad.yaml", (
        "steps:\n"
        "  - profile: us-3g-2013\n"
        "  - set: {udp-timeot: 30s}\n"
        "  - wait: session-delted\n"
        "  - fault: {name: rst, valu: 1s}\n"))
    number = stage.lab.one("status")["events"]
    done = stage.lab.ask("scenario", "run", path)
    assert done.returncode == 3 and not done.stdout
    lines = done.stderr.splitlines()
    assert [x.split(": ")[0] for x in lines] == [
        f"{path}:3:11", f"{path}:4:11", f"{path}:5:24"], lines
    assert all("did you mean" in x for x in lines)
    assert stage.lab.one("status")["events"] == number
    assert stage.lab.ask("scenario", "run").returncode == 2
    assert stage.lab.ask("scenario", "run", path, "x").returncode == 2
    assert stage.lab.ask("scenario", "walk", path).returncode == 2
    assert stage.lab.ask("scenario", "run", "/nonexistent").returncode == 3


def named(stage, path):
    """
    Run lapse where the clients are called client1, client2, ... by `ip netns`:
    in a mount namespace of its own, which the machine does not see.
    """
    lines = ["mount -t tmpfs none /run", "mkdir /run/netns"]
    for number, client in enumerate(stage.lab.clients):
        name = f"/run/netns/client{number + 1}"
        lines += [f"touch {name}",
                  f"mount --bind /proc/{client.proc.pid}/ns/net {name}"]
    lines += [f"exec {BUILD}/lapse --json scenario run {path}"]
    done = subprocess.run(
        ["unshare", "--mount", "--", "sh", "-ec", "\n".join(lines)],
        text=True, capture_output=True, check=False, timeout=120 * SLOW,
        env=stage.lab.environment(), preexec_fn=die_with_parent)
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", sorted(os.listdir(EXAMPLES)))
def test_examples(stage, name):
    """The scenarios of the documentation are what they say they are."""
    stage = stage(clients=2)
    stage.lab.server.listen(5222).echo()
    path = os.path.join(EXAMPLES, name)
    plan = stage.lab.lapse("scenario", "run", path, "--dry-run")
    rows = passed(named(stage, path))
    assert [r["what"] for r in plan] == [r["what"] for r in rows]
    assert len(rows) >= 8
    assert not stage.left()

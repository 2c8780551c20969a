# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse lab: a lab that stands, asked and entered from outside"""

import json
import os
import random
import socket
import subprocess
import time

import pytest

import runs
from host import SLOW, poll


@pytest.fixture
def name(who):
    """A lab's name that nobody else has; the lab ends with the test."""
    called = "t" + who.mark[:12]
    yield called
    who.run("lab", "down", "--name", called, code=None)
    poll(lambda: not [s for s in runs.abstract_sockets() if called in s])


def test_up_exec_status_down(who, name):
    """Hosts with profiles of their own, a command in one, and the end."""
    before = runs.host_state()
    # through a pipe: up must not hold it open
    who.run("lab", "up", "--name", name, "--clients", "2", "--profile",
            "us-3g-2013", "--profile", "cn-mobile-2g3g-2013")
    hosts = rows(who, name)
    assert hosts["client1"]["profile"] == "us-3g-2013"
    assert hosts["client2"]["profile"] == "cn-mobile-2g3g-2013"
    assert who.run("lab", "exec", "--name", name, "client2", "--", "sh",
                   "-c", "hostname; exit 4", code=4).stdout == "client2\n"
    assert "up already" in who.run("lab", "up", "--name", name,
                                   code=1).stderr
    assert who.run("--socket", "lab:" + name, "status").stdout
    assert "no host" in who.run("lab", "exec", "--name", name, "nobody",
                                "--", "true", code=125).stderr
    who.run("lab", "down", "--name", name)
    assert not who.processes()
    assert "not up" in who.run("lab", "down", "--name", name, code=1).stderr
    assert runs.host_state() == before


def rows(who, name, code=0):
    """What status says of the hosts, by name."""
    text = who.run("lab", "status", "--name", name, "--json",
                   code=code).stdout
    return {r["host"]: r for r in map(json.loads, text.splitlines())}


def ask(who, name, *arguments):
    """The rows that lapse prints about a lab's gateway."""
    done = who.run("--socket", "lab:" + name, "--json", *arguments)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_home_router_behind_carrier(who, name):
    """Clients by DHCP, two NATs: the server sees the outermost address."""
    who.run("lab", "up", "--name", name, "--behind", "us-3g-2013", "--dhcp",
            "--clients", "2", timeout=60)
    hosts = rows(who, name)
    for client in ("client1", "client2"):
        assert hosts[client]["address"].startswith("192.168.77.1")
        where = who.run("lab", "exec", "--name", name, client, "--", "ip",
                        "-4", "-o", "address", "show", "dev", "eth0").stdout
        assert f" {hosts[client]['address']}/" in where
    server = who.start("lab", "exec", "--name", name, "server", "--", "socat",
                       "-u", "UDP-RECVFROM:7", "SYSTEM:echo $SOCAT_PEERADDR")
    poll(lambda: ":7 " in who.run("lab", "exec", "--name", name, "server",
                                  "--", "ss", "-ulnH").stdout)
    who.run("lab", "exec", "--name", name, "client2", "--", "sh", "-c",
            "echo x | socat -u - UDP:server.lab:7")
    assert server.stdout.readline() == "198.51.100.16\n"
    server.communicate(timeout=10)
    inner, = ask(who, name, "sessions", "remote=198.51.100.7:7")
    outer, = ask(who, name + "/carrier", "sessions", "remote=198.51.100.7:7")
    assert inner["external"] == outer["internal"]
    assert outer["external"].startswith("198.51.100.16:")


def connect(who, name, client):
    """A connection to the server, which sends a line back."""
    run = who.start("lab", "exec", "--name", name, client, "--", "socat",
                    "-", "TCP:server.lab:7", stdin=subprocess.PIPE)
    run.stdin.write("hello\n")
    run.stdin.flush()
    assert run.stdout.readline() == "hello\n"
    return run


def test_profile_of_each_client(who, name):
    """Five minutes are too long for one of them, and not for the other."""
    who.run("lab", "up", "--name", name, "--clients", "2", "--profile",
            "us-3g-2013", "--profile", "cn-mobile-2g3g-2013")
    server = who.start("lab", "exec", "--name", name, "server", "--", "socat",
                       "TCP-LISTEN:7,fork,reuseaddr", "EXEC:cat",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    poll(lambda: ":7 " in who.run("lab", "exec", "--name", name, "server",
                                  "--", "ss", "-tlnH").stdout)
    us, cn = [connect(who, name, c) for c in ("client1", "client2")]
    assert len(ask(who, name, "sessions", "protocol=tcp")) == 2
    ask(who, name, "clock", "advance", "301s")
    left, = ask(who, name, "sessions", "protocol=tcp")
    assert left["internal"].startswith("192.168.77.2:")
    us.stdin.write("still here\n")
    us.stdin.flush()
    assert us.stdout.readline() == "still here\n"
    for run in (us, cn, server):
        run.kill()
        run.communicate(timeout=10)


def test_dead_gateway(who, name):
    """That a NAT has died is seen, and the exit code says so."""
    who.run("lab", "up", "--name", name, "--behind", "us-3g-2013")
    assert {r["state"] for r in rows(who, name).values()} == {"up"}
    who.run("lab", "exec", "--name", name, "gateway", "--", "pkill", "-KILL",
            "-n", "lapsed")
    poll(lambda: "signal 9" in rows(who, name, None)["gateway"]["state"])
    assert rows(who, name, 1)["carrier"]["state"] == "up"
    done = who.run("--socket", "lab:" + name, "status", code=None)
    assert done.returncode and done.stderr


@pytest.mark.parametrize("bad", ["", "a b", "a/b", "a\nb", "x" * 200])
def test_names_that_are_none(user, bad):
    """They are refused, and nothing is made."""
    done = user.run("lab", "up", "--name", bad, code=3)
    assert "no name for a lab" in done.stderr


def test_arguments_that_are_none(who, name):
    """A name without its option must not end the lab of another name."""
    more = {"LAPSE_LAB": name}
    who.run("lab", "up", more=more)
    for verb in ("down", "status"):
        done = who.run("lab", verb, "other", more=more, code=2)
        assert "other" in done.stderr and "--name" in done.stderr
    assert rows(who, name)["gateway"]["state"] == "up"


def test_events_to_a_stream(user, name):
    """A lab has no stream to write them to, and makes no file called "-"."""
    done = user.run("lab", "up", "--name", name, "--events", "-", code=2)
    assert "--events wants a file" in done.stderr
    assert os.listdir(user.work) == []


def test_rows_have_the_same_members(who, name):
    """A host without a NAT has a profile too: null."""
    who.run("lab", "up", "--name", name)
    hosts = rows(who, name)
    assert {frozenset(row) for row in hosts.values()} == \
        {frozenset(("lab", "host", "address", "profile", "state"))}
    assert hosts["server"]["profile"] is None


@pytest.mark.parametrize("verb,code", [
    ("up", 2), ("exec", 125), ("shell", 125), ("status", 2), ("down", 2)])
def test_options_that_are_none(user, verb, code):
    """The message has the command's name, and a help that there is."""
    done = user.run("lab", verb, "--no-such", code=code)
    assert f"lab {verb} has no option --no-such" in done.stderr
    assert "lapse help lab" in done.stderr


def test_exec_on_gateways(who, name):
    """On each, lapse asks the one that it is on."""
    who.run("lab", "up", "--name", name, "--behind", "us-3g-2013")
    for host, profile in (("client1", "rfc-compliant"),
                          ("gateway", "rfc-compliant"),
                          ("carrier", "us-3g-2013")):
        status = json.loads(who.run("lab", "exec", "--name", name, host, "--",
                                    who.lapse, "--json", "status").stdout)
        assert status["profile"] == profile


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-",
                                    "<&- >&- 2>&-"])
def test_closed_streams(who, name, closed):
    """A lab is made where its maker has no streams, as under a daemon."""
    subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh",
         *who.argv(["lab", "up", "--name", name])], timeout=20 * SLOW,
        check=True, **who.options({}))
    assert set(rows(who, name)) == {"client1", "gateway", "server"}


def test_exec_as_oneself(who, name):
    """With --user one is who one is, else the lab's root."""
    who.run("lab", "up", "--name", name)
    for option, uid in ((["--user"], who.uid), ([], 0)):
        done = who.run("lab", "exec", "--name", name, *option, "client", "--",
                       "id", "-u")
        assert done.stdout == f"{uid}\n"


def test_down_ends_all(who, name):
    """Also what was left in the background."""
    who.run("lab", "up", "--name", name)
    who.run("lab", "exec", "--name", name, "server", "--", "sh", "-c",
            "setsid sleep 1000 >/dev/null 2>&1 </dev/null &")
    poll(lambda: "sleep" in [n for _, n in who.processes()])
    who.run("lab", "down", "--name", name)
    assert not who.processes()


def test_exec_killed(who, name):
    """What runs on a host ends with the command that runs it."""
    who.run("lab", "up", "--name", name)
    for _ in range(10):
        run = who.start("lab", "exec", "--name", name, "client", "--",
                        "sleep", "1000")
        time.sleep(random.uniform(0, 0.03))     # any moment is right
        run.kill()
        run.communicate()
        poll(lambda: "sleep" not in [n for _, n in who.processes()])
    who.run("lab", "down", "--name", name)
    assert not who.processes()


def test_shell(who, name):
    """In a terminal: the host's name in the prompt, jobs, and the end."""
    who.run("lab", "up", "--name", name)
    with open(who.path("outer"), "w", encoding="utf-8") as f:
        f.write(f"SHELL=/bin/bash '{who.lapse}' lab shell --name {name} "
                "server\necho code $?\nread line\necho \"got $line\"\n")
    terminal = runs.Terminal(who, *who.argv_of(["sh", who.path("outer")]))
    terminal.expect(r"[#$] ")
    terminal.type("hostname -f; echo $LAPSE_HOST; sleep 1000\n")
    terminal.expect("server")
    terminal.expect("server\r")
    poll(lambda: "sleep" in [n for _, n in who.processes()])
    terminal.type("\x03")
    terminal.expect(r"[#$] ")
    terminal.type("exit 4\n")
    terminal.expect("code 4")
    terminal.type("word\n")
    terminal.expect("got word")
    assert terminal.end() == 0


def test_up_killed(who, name):
    """Half-way: nothing stays."""
    run = who.start("lab", "up", "--name", name)
    run.kill()
    run.communicate()
    poll(lambda: not who.processes())


def test_name_of_another(user):
    """Who takes a user's name is not believed to be his lab."""
    called = "s" + user.mark[:12]
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(f"\0lapse-lab/{user.uid}/{called}")
    listener.listen()           # by root, who is not the user
    for verb in (["exec", "--name", called, "client1", "--", "true"],
                 ["down", "--name", called]):
        assert "not up" in user.run("lab", *verb, code=None).stderr
    listener.close()
    assert os.getuid() == 0

# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse lab: a lab that stands, asked and entered from outside"""

import json
import os
import socket

import pytest

import runs
from host import poll


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
    rows = [json.loads(line) for line in
            who.run("lab", "status", "--name", name,
                    "--json").stdout.splitlines()]
    profiles = {r["host"]: r.get("profile") for r in rows}
    assert profiles["client1"] == "us-3g-2013"
    assert profiles["client2"] == "cn-mobile-2g3g-2013"
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

# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples of docs/ci, run: all of them but the engines around

The workflow's command stands behind each NAT of its matrix; the containers of
the composition are namespaces.
"""

import contextlib
import os

import pytest
import yaml

import lab as labs
from host import Host, poll

CI = os.path.join(labs.SOURCE, "docs", "ci")
SERVER = "198.51.100.7"


def load(name):
    """One of the examples."""
    with open(os.path.join(CI, name), encoding="utf-8") as f:
        return yaml.safe_load(f)


JOB = load("github-workflow.yml")["jobs"]["heartbeat"]
GIVEN = JOB["steps"][-2]["with"]
SERVICES = load("docker-compose.yml")["services"]


def serve(host, *argv):
    """Start a server on port 7, and wait until it listens."""
    host.start(*argv)
    poll(lambda: host.run("ss", "-Hltn", "sport", "=", ":7").stdout, 10,
         "the example's server listens")


def alone(host, folder, script, *argv, how="run", env=None):
    """
    A program in a mount namespace with hosts and a /run/lapse of its own,
    after some lines of shell.
    """
    hosts, run = os.path.join(folder, "hosts"), os.path.join(folder, "run")
    os.makedirs(run, exist_ok=True)
    with open(hosts, "w", encoding="ascii") as f:
        f.write(f"127.0.0.1 localhost\n{SERVER} server.lab\n")
    script = f"mount --bind {hosts} /etc/hosts; mount -t tmpfs tmpfs /run; " \
        f"mkdir /run/lapse; mount --bind {run} /run/lapse; {script}"
    arguments = {"check": False} if how == "run" else {}
    return getattr(host, how)(
        "unshare", "--mount", "--", "sh", "-ec", script + ' exec "$@"', "sh",
        *argv, env=dict(os.environ, **(env or {}), LAPSE_YAML=os.path.join(
            CI, "lapse.yaml"), PATH=f"{labs.BUILD}:{os.environ['PATH']}"),
        **arguments)


def workflow(lab, profile, command):
    """The workflow's command, as `lapse exec` would run it."""
    nat = dict(line.split("=") for line in GIVEN["settings"].split())
    one = lab(settings={"profile": profile},
              **{key.replace("nat.", "").replace("-", "_"): value
                 for key, value in nat.items()})
    serve(one.server, *GIVEN["server"].split())
    return alone(one.client, one.dir, "", "bash", "-euo", "pipefail", "-c",
                 command, env={"LAPSE_SOCKET": one.path("control.sock")})


@pytest.mark.parametrize("profile", JOB["strategy"]["matrix"]["profile"])
def test_workflow(lab, profile):
    """The heartbeat holds."""
    done = workflow(lab, profile, GIVEN["command"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "alive" in done.stdout


def test_workflow_can_fail(lab):
    """A heartbeat every six minutes is too rare for China Mobile."""
    assert "advance 4m" in GIVEN["command"]
    done = workflow(lab, "cn-mobile-2g3g-2013",
                    GIVEN["command"].replace("advance 4m", "advance 6m"))
    assert done.returncode != 0


@contextlib.contextmanager
def composition(folder):
    """Client, router and server; eth0 of the router is the outer one."""
    with open(folder / "hosts.log", "w", encoding="utf-8") as log:
        hosts = [Host(name, log) for name in ("client", "router", "server")]
        client, router, server = hosts
        try:
            for host in hosts:
                host.wait_ready()
                host.ip("link set lo up")
            for name, sysctl in SERVICES["router"]["sysctls"].items():
                router.sysctl(name, sysctl)
            for host, service, link in ((server, "server", "eth0"),
                                        (client, "client", "eth1")):
                net, how = next(iter(SERVICES[service]["networks"].items()))
                own = SERVICES["router"]["networks"][net]["ipv4_address"]
                router.ip(f"link add {link} type veth peer name eth0 "
                          f"netns {host.proc.pid}",
                          f"address add {own}/24 dev {link}",
                          f"link set {link} up")
                host.ip(f"address add {how['ipv4_address']}/24 dev eth0",
                        "link set eth0 up")
            yield client, router, server
        finally:
            for host in hosts:
                host.close()


def test_composition(tmp_path):
    """The router's script finds its networks; the client's test passes."""
    with composition(tmp_path) as (client, router, server):
        alone(router, tmp_path, "", "sh", os.path.join(CI, "router.sh"),
              *SERVICES["router"]["command"][1:], how="start")
        serve(server, *SERVICES["server"]["command"])
        # the container's health check
        poll(lambda: alone(router, tmp_path, "", "lapse",
                           "status").returncode == 0, 20, "it is healthy")
        command = [word.replace("$$", "$")
                   for word in SERVICES["client"]["command"]]
        done = alone(client, tmp_path, "", *command)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "alive" in done.stdout
        assert f"{SERVICES['router']['command'][1]}" in alone(
            router, tmp_path, "", "lapse", "status").stdout


def test_router_without_network(tmp_path):
    """A missing network is named."""
    done = None
    with open(tmp_path / "log", "w", encoding="utf-8") as log:
        host = Host("router", log)
        try:
            host.wait_ready()
            done = alone(host, tmp_path, "", "sh",
                         os.path.join(CI, "router.sh"))
        finally:
            host.close()
    assert done.returncode == 1
    assert "no interface has an address in 192.168.77.0/24" in done.stderr

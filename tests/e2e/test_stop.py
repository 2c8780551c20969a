# SPDX-License-Identifier: GPL-2.0-or-later
"""A clean stop leaves the machine as it was; a reload changes what it should"""

import os
import signal

import pytest


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_as_it_was(lab, how):
    """Rules, sysctls, addresses and routes are those of before."""
    lab = lab(start=False, settings={"wan": {
        "interface": "wan",
        "pool": ["interface", "198.51.100.20-198.51.100.23"]}})
    lab.gateway.ip("address delete 192.168.77.1/24 dev lan")
    lab.gateway.sysctl("net.ipv4.ip_local_port_range", "33000 60000")
    before = lab.machine()
    assert lab.gateway.sysctl("net.ipv4.ip_forward") == "0"
    lab.start()
    during = lab.machine()
    assert during["rules"] or during["nft"]
    assert "192.168.77.1/24" in during["shown"][0], "its LAN address is added"
    assert lab.gateway.sysctl("net.ipv4.ip_forward") == "1"
    assert lab.gateway.sysctl("net.ipv4.conf.all.send_redirects") == "0"
    assert lab.gateway.sysctl("net.ipv4.ip_local_port_range") == "61000\t65535"
    near, far = lab.tcp()
    near.send(b"works")
    assert far.recv() == b"works"
    assert lab.stop(how) == 0
    assert lab.machine() == before
    assert not os.path.exists(lab.path("control.sock"))


def test_forwarding_before(lab):
    """A machine that forwarded before forwards again, and the log says so."""
    lab = lab(start=False)
    lab.gateway.sysctl("net.ipv4.ip_forward", 1)
    before = lab.machine()
    lab.start()
    assert lab.stop() == 0
    assert lab.machine() == before
    assert "forwards packets, as it did before" in lab.said()


def test_others_rules_stay(lab):
    """What is not lapsed's own survives start, restart after a kill and stop.
    """
    lab = lab(start=False)
    for table in ("mangle", "raw"):
        lab.gateway.run("iptables", "-w", "-t", table, "-A", "PREROUTING",
                        "-d", "203.0.113.99", "-j", "DROP")
    before = lab.machine()
    lab.start()
    lab.stop(signal.SIGKILL)
    lab.start()
    lab.stop()
    assert lab.machine() == before


def change(lab, **nat):
    """Write other settings and let lapsed read them."""
    lab.settings["nat"].update(
        {k.replace("_", "-"): v for k, v in nat.items()})
    lab.configure()


def flow(lab):
    """A UDP flow that was answered."""
    far = lab.server.udp((lab.server_address, 6000)).echo()
    near = lab.client.udp(remote=far.local)
    near.send(b"hello")
    assert near.recv() == b"hello"
    return near, far


def test_reload_by_signal(lab):
    """SIGHUP: the new timer reaches what is there; nothing is lost."""
    lab = lab(udp_timeout="300s")
    lab.clock("freeze")
    near, _ = flow(lab)
    before = lab.session()
    change(lab, udp_timeout="100s")
    lab.lapsed.send_signal(signal.SIGHUP)
    lab.until(lambda: lab.session()["expires-in"] == 100)
    assert lab.session()["external"] == before["external"]
    near.send(b"still")
    assert near.recv() == b"still"


def test_reload_by_command(lab):
    """The same by `lapse reload`; shorter than its idle time, it lapses."""
    lab = lab(udp_timeout="300s")
    lab.clock("freeze")
    flow(lab)
    lab.clock("advance", "200s")
    change(lab, udp_timeout="100s")
    assert lab.ask("reload").returncode == 0
    lab.until(lambda: not lab.sessions())


@pytest.mark.parametrize("bad", [
    "nat: {udp-timeout: soon}\n", "nat: [\n",
    "lan: [{interface: lan, address: 10.9.9.1/24}]\nwan: {interface: wan}\n"])
def test_bad_reload(lab, bad):
    """A file with errors, or with what cannot change, changes nothing."""
    lab = lab(udp_timeout="300s")
    lab.clock("freeze")
    near, _ = flow(lab)
    lab.configure(bad)
    done = lab.ask("reload")
    assert done.returncode == 3 and done.stderr.startswith("lapse: ")
    lab.lapsed.send_signal(signal.SIGHUP)
    lab.until(lambda: "the settings stay as they are" in lab.said())
    assert lab.session()["expires-in"] == 300
    near.send(b"still")
    assert near.recv() == b"still"
    change(lab, udp_timeout="100s")
    assert lab.ask("reload").returncode == 0
    assert lab.session()["expires-in"] == 100

# SPDX-License-Identifier: GPL-2.0-or-later
"""DHCP as dhclient and udhcpc see it, over the whole life of a lease

Their clocks are real, so leases are of a few seconds here.
"""

import os
import signal

import pytest

from dhcp_client import Dhclient, Udhcpc, serve

FIRST = "192.168.77.50"


def resolv():
    """The host's own resolv.conf, and whether it is still the same file."""
    path = "/etc/resolv.conf"
    try:
        with open(path, "rb") as f:
            return os.path.realpath(path), f.read(), os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return None


@pytest.fixture(autouse=True)
def host_keeps_its_resolver():
    """No client may write what is the host's."""
    before = resolv()
    yield
    assert resolv() == before


def traffic(lab, host, address):
    """From the address obtained, out through the NAT and back."""
    echo = lab.server.udp((lab.server_address, 0)).echo()
    near = host.udp(remote=echo.local)
    assert near.local[0] == address
    near.send(b"through")
    assert near.recv() == b"through"
    assert lab.sessions(f"client={address}")


def happened(lab, event, after=0, **wanted):
    """Wait for an event, also one that was; its row."""
    words = [w for k, v in wanted.items() for w in (f"--{k}", v)]
    return lab.lapse("wait", event, "--after", after, "--timeout", "30s",
                     *words)[-1]


def last(lab):
    """The number of the last event so far."""
    return lab.one("status")["events"]


def test_dhclient_is_bound_and_renews(lab):
    """DISCOVER to bound, T1 again and again, and all that the options say."""
    lab = serve(lab, lease_time="6s")
    client = Dhclient(lab, lab.client, 'send host-name "phone";\n')
    client.run()
    bound = client.wait("BOUND")
    assert bound["address"] == FIRST == client.address()
    assert (bound["lease"], bound["router"]) == ("6", "192.168.77.1")
    assert client.names() == "nameserver 192.0.2.53\n"
    traffic(lab, lab.client, FIRST)

    row = lab.one("lease", "list")
    assert (row["address"], row["state"], row["hostname"]) == (
        FIRST, "bound", "phone")
    assert 0 < row["renew-in"] <= 3 and 0 < row["expires-in"] <= 6
    assert row["rebind-in"] <= 5.25
    for number in (1, 2):
        assert client.wait("RENEW", number)["address"] == FIRST
    assert happened(lab, "lease-renewed", reason="renewing")["mac"] == \
        row["mac"]
    assert "EXPIRE" not in client.reasons()


def test_dhclient_rebinds(lab):
    """At T1 nobody answers; at T2 the broadcast is heard."""
    lab = serve(lab, lease_time="8s", renew_time="2s", rebind_time="4s")
    lab.lapse("fault", "dhcp-silent-renew")
    client = Dhclient(lab, lab.client)
    client.run()
    client.wait("BOUND")
    # dhclient calls both by one name
    assert client.wait("RENEW")["address"] == FIRST
    assert happened(lab, "lease-rebound")["reason"] == "rebinding"
    assert lab.stat("dhcp-drop-fault") >= 1
    assert not [e for e in lab.lapse("events")
                if e["event"] in ("lease-renewed", "lease-expired")]


def test_dhclient_loses_its_lease(lab):
    """Nobody answers at all: it ends at both ends; then all begins anew."""
    lab = serve(lab, lease_time="4s")
    client = Dhclient(lab, lab.client)
    client.run()
    client.wait("BOUND")
    after = last(lab)
    number = lab.one("fault", "dhcp-silent")["id"]
    client.wait("EXPIRE", timeout=30)
    event = happened(lab, "lease-expired", after)
    assert (event["address"], event["reason"]) == (FIRST, "time")
    assert lab.one("lease", "list")["state"] == "expired"
    assert lab.one("fault", "clear", number)["cleared"] == 1
    assert client.wait("BOUND", 2, timeout=40)["address"] == FIRST


def test_dhclient_reboots(lab):
    """INIT-REBOOT: it comes back and asks for what it had."""
    lab = serve(lab, lease_time="1h")
    client = Dhclient(lab, lab.client)
    client.run()
    client.wait("BOUND")
    client.stop()
    lab.client.ip("address flush dev eth0")
    after = last(lab)
    client.run()
    assert client.wait("REBOOT")["address"] == FIRST
    events = {(e["event"], e.get("reason"))
              for e in lab.lapse("events", "--after", after)}
    assert ("lease-bound", "init-reboot") in events or \
        ("lease-renewed", "init-reboot") in events, events
    assert not any(e == "lease-offered" for e, _ in events)
    traffic(lab, lab.client, FIRST)


def test_dhclient_releases(lab):
    """RELEASE frees the address; whoever had it gets it again."""
    lab = serve(lab, lease_time="1h")
    client = Dhclient(lab, lab.client)
    client.run()
    client.wait("BOUND")
    client.stop()
    client.release()
    assert happened(lab, "lease-released")["address"] == FIRST
    assert lab.one("lease", "list")["state"] == "released"
    client.run()
    assert client.wait("BOUND", 2)["address"] == FIRST


def test_dhclient_is_refused(lab):
    """NAK: it lets go of the address at once, and is moved to another."""
    lab = serve(lab, lease_time="6s")
    client = Dhclient(lab, lab.client)
    client.run()
    client.wait("BOUND")
    to = lab.one("lease", "move", FIRST, "192.168.77.77")
    assert to == {"address": FIRST, "to": "192.168.77.77"}
    assert client.wait("BOUND", 2, timeout=30)["address"] == "192.168.77.77"
    assert happened(lab, "lease-nak")["address"] == FIRST
    assert client.address() == "192.168.77.77"
    traffic(lab, lab.client, "192.168.77.77")


def test_a_renewal_is_not_answered_with_an_icmp_error(lab):
    """The kernel knows that port 67 is somebody's."""
    lab = serve(lab, lease_time="4s")
    seen = lab.record(lab.client)
    client = Dhclient(lab, lab.client)
    client.run()
    client.wait("RENEW", 1)
    assert [p for p in seen.packets() if p.dport == 67 and
            p.dst == "192.168.77.1"], "a unicast DHCPREQUEST"
    assert not seen.packets(lambda p: p.protocol == 1)


def test_udhcpc(lab):
    """BusyBox's client: bound, renewed when told to, released."""
    lab = serve(lab, lease_time="1h")
    client = Udhcpc(lab, lab.client)
    client.run()
    bound = client.wait("bound")
    assert (bound["address"], bound["lease"]) == (FIRST, "3600")
    traffic(lab, lab.client, FIRST)
    after = last(lab)
    client.renew()
    client.wait("renew")
    assert happened(lab, "lease-renewed", after)["address"] == FIRST
    client.release()
    client.wait("deconfig", 2)
    assert happened(lab, "lease-released", after)["reason"] == "client"
    assert lab.one("lease", "list")["state"] == "released"
    client.renew()
    assert client.wait("bound", 2)["address"] == FIRST


def test_udhcpc_declines(lab):
    """A client finds its address in use: nobody gets that for a while."""
    lab = serve(lab, clients=2, lease_time="1h", conflict_probe="false")
    lab.clients[1].ip(f"address add {FIRST}/24 dev eth0")
    client = Udhcpc(lab, lab.client)
    client.run("-a")
    assert client.wait("bound", timeout=60)["address"] == "192.168.77.51"
    assert happened(lab, "lease-declined")["address"] == FIRST
    states = {r["address"]: r["state"] for r in lab.lapse("lease", "list")}
    assert states == {FIRST: "declined", "192.168.77.51": "bound"}
    # on the lapse clock
    lab.clock("advance", "10m")
    assert not lab.lapse("lease", "list", FIRST)


def test_conflict_is_found_before_the_offer(lab):
    """The server asks by ARP first: the client never hears of the address."""
    lab = serve(lab, clients=2, lease_time="1h")
    lab.clients[1].ip(f"address add {FIRST}/24 dev eth0")
    client = Udhcpc(lab, lab.client)
    client.run("-a")
    assert client.wait("bound", timeout=60)["address"] == "192.168.77.51"
    event = happened(lab, "lease-declined")
    assert (event["address"], event["reason"]) == (FIRST, "conflict")
    assert lab.stat("dhcp-conflicts") == 1 and \
        lab.stat("dhcp-declines") == 0


def test_leases_outlive_lapsed(lab):
    """Stopped, or killed, and started again: everybody keeps his own."""
    lab = serve(lab, clients=2, lease_time="1h")
    clients = [Udhcpc(lab, host) for host in lab.clients]
    for client in clients:
        client.run()
        client.wait("bound")
    before = {(r["address"], r["mac"], r["state"])
              for r in lab.lapse("lease", "list")}
    for how in (signal.SIGTERM, signal.SIGKILL):
        lab.stop(how)
        lab.start()
        rows = lab.lapse("lease", "list")
        assert {(r["address"], r["mac"], r["state"]) for r in rows} == before
        assert all(3500 < r["expires-in"] <= 3600 for r in rows)
    after = last(lab)
    clients[0].renew()
    assert happened(lab, "lease-renewed", after)["address"] == \
        clients[0].address()


def test_an_interface_comes_back(lab):
    """Taken away and made anew, with another index, a LAN is served again."""
    lab = serve(lab, lease_time="1h")
    lab.gateway.ip("link delete lan")
    lab.gateway.ip("link add lan type bridge", "link set lan up",
                   "link set c0 master lan")
    client = Udhcpc(lab, lab.client)
    client.run()
    assert client.wait("bound", timeout=40)["address"] == FIRST


def test_settings_change(lab):
    """A reload reaches who asks from then on; what cannot change is refused.
    """
    lab = serve(lab, lease_time="1h")
    client = Udhcpc(lab, lab.client)
    client.run()
    assert client.wait("bound")["lease"] == "3600"
    lab.settings["dhcp"]["lease-time"] = "2h"
    lab.configure()
    assert lab.ask("reload").returncode == 0
    client.renew()
    assert client.wait("renew")["lease"] == "7200"
    lab.settings["dhcp"]["max-leases"] = "100"
    lab.configure()
    done = lab.ask("reload")
    assert done.returncode == 3 and "dhcp.max-leases" in done.stderr
    assert lab.one("lease", "list")["state"] == "bound"

# SPDX-License-Identifier: GPL-2.0-or-later
"""enforce-leases: who keeps using an expired lease is cut off, as by a carrier

The well-known bug: a phone wakes up, its lease has lapsed meanwhile, and it
goes on to send from its old address, which may be another's by now.
"""

import signal

from dhcp_client import Udhcpc, serve
from dhcp_raw import link_address

ONLY = "192.168.77.50"


def flow(lab, host, port=0):
    """A UDP flow that was answered: the near socket, and the far one."""
    far = lab.server.udp((lab.server_address, port)).echo()
    near = host.udp(remote=far.local)
    return near, far


def ask(near, data=b"anybody?"):
    """Send, and whether it comes back."""
    near.send(data)
    try:
        return near.recv(timeout=1) == data
    except TimeoutError:
        return False


def keep_using(lab, host):
    """Let a host send, but take no part in ARP, like one that sleeps."""
    gateway = link_address(lab.gateway, "lan")
    host.ip(f"neighbour replace 192.168.77.1 lladdr {gateway} dev eth0 "
            "nud permanent")
    host.sysctl("net.ipv4.conf.eth0.arp_ignore", 8)


def frozen(lab, **words):
    """A lab whose clock stands, and whose first client has a lease of 1 h."""
    lab = serve(lab, clients=2, range=ONLY, enforce_leases="true",
                lease_time="1h", **words)
    lab.clock("freeze")
    client = Udhcpc(lab, lab.client)
    client.run()
    assert client.wait("bound")["address"] == ONLY
    return lab, client


def test_the_expired_lease(lab):
    """
    Until the very end of the lease all passes, from then on nothing, and the
    next holder of the address notices nothing of the former one.
    """
    lab, client = frozen(lab)
    client.tell(signal.SIGSTOP)         # it does not renew
    near, far = flow(lab, lab.client)
    assert ask(near)
    outside = lab.session()["external"]
    left = lab.one("lease", "list")["expires-in"]
    lab.clock("advance", f"{left - 0.001:.3f}s")
    assert ask(near)
    number = lab.one("status")["events"]
    assert lab.stat("drop-no-lease") == 0

    lab.clock("advance", "1ms")
    assert not ask(near)
    assert lab.stat("drop-no-lease") == 1
    assert not lab.sessions()
    ended, = lab.lapse("wait", "lease-expired", "--after", number,
                       "--timeout", "10s")
    broken, = lab.lapse("wait", "lease-violation", "--after", number,
                        "--timeout", "10s")
    assert ended["address"] == broken["address"] == ONLY
    assert ended["mac"] == broken["mac"] == link_address(lab.client, "eth0")

    keep_using(lab, lab.client)
    heir = Udhcpc(lab, lab.clients[1])
    heir.run()
    assert heir.wait("bound", timeout=40)["address"] == ONLY
    good, _ = flow(lab, lab.clients[1])
    seen = lab.record(lab.clients[1])
    assert ask(good, b"mine")
    drops = lab.stat("drop-no-lease")
    near.send(b"still here")            # the lease is valid, but not his
    lab.until(lambda: lab.stat("drop-no-lease") == drops + 1)
    # what answers the former holder's session, late
    address, port = outside.split(":")
    lab.server.udp((lab.server_address, 7000)).send(
        b"late", (address, int(port)))
    lab.until(lambda: lab.stat("drop-no-mapping") + lab.stat("drop-filtered"))
    assert ask(good, b"undisturbed")
    assert {p.payload for p in seen.packets(
        lambda p: p.protocol == 17 and p.src == far.local[0])} == {
            b"mine", b"undisturbed"}


def test_without_it_the_bug_does_not_show(lab):
    """By default the NAT takes what comes, as a home router does."""
    lab, client = frozen(lab, **{"enforce-leases": "false"})
    client.tell(signal.SIGSTOP)
    near, _ = flow(lab, lab.client)
    assert ask(near)
    lab.clock("advance", "61m")
    assert lab.one("lease", "list")["state"] == "expired"
    assert ask(near)
    assert lab.stat("drop-no-lease") == 0


def test_a_released_lease(lab):
    """The client gives it back; its sessions go with it."""
    lab, client = frozen(lab)
    near, _ = flow(lab, lab.client)
    assert ask(near) and lab.sessions()
    client.release()
    client.wait("deconfig", 2)
    lab.until(lambda: not lab.sessions())
    ended = [e for e in lab.lapse("events") if e["event"] == "session-deleted"]
    assert len(ended) == 1
    lab.client.ip(f"address add {ONLY}/24 dev eth0",
                  "route add default via 192.168.77.1")
    assert not ask(lab.client.udp(remote=near.remote))


def test_who_never_had_a_lease(lab):
    """A static address needs a lease, too; the gateway itself does not."""
    lab, _ = frozen(lab, reservations={
        "nas": {"mac": "02:00:00:00:00:09", "address": "192.168.77.9"}})
    other = lab.clients[1]
    for address in ("192.168.77.9", "192.168.77.200"):
        other.ip("address flush dev eth0",
                 f"address add {address}/24 dev eth0",
                 "route add default via 192.168.77.1")
        drops = lab.stat("drop-no-lease")
        near, _ = flow(lab, other)
        assert not ask(near)
        assert lab.stat("drop-no-lease") == drops + 1
        lab.lapse("wait", "lease-violation", "--client", address, "--after",
                  0, "--timeout", "10s")
    near, _ = flow(lab, lab.gateway)
    assert ask(near)
    # on the link itself the NAT has no say
    inside = lab.client.udp((ONLY, 5000)).echo()
    assert ask(other.udp(remote=inside.local))

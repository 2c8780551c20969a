# SPDX-License-Identifier: GPL-2.0-or-later
"""How the DHCP server misbehaves when told to, and what `lapse lease` does"""

import socket
import time

import pytest

from dhcp_client import serve
from dhcp_driver import ACK, DISCOVER, NAK, OFFER, REQUEST
from dhcp_raw import ALL, GATEWAY, Raw, address_option, mac, number_of

FIRST, SECOND = "192.168.77.50", "192.168.77.51"


@pytest.fixture(name="made")
def fixture_made(lab):
    """A lab whose clock stands; a client with a lease of an hour, and one
    without."""
    lab = serve(lab, conflict_probe="false", lease_time="1h")
    lab.clock("freeze")
    raw, other = [Raw(lab, lab.client, n) for n in (1, 2)]
    assert raw.bound()[0] == FIRST
    raw.hold(FIRST)
    return lab, raw, other


def silent(lab, raw, ask):
    """Whether there is no answer; a counter tells that it was heard."""
    before = lab.stat("dhcp-drop-fault")
    ask()
    lab.until(lambda: lab.stat("dhcp-drop-fault") == before + 1)
    return not raw.replies()


def fault(lab, *words):
    """Only this one is in force."""
    lab.one("fault", "clear")
    return lab.one("fault", *words)


def test_silence(made):
    """To all messages, or only at T1, or only at T2."""
    lab, raw, other = made
    fault(lab, "dhcp-silent")
    assert silent(lab, raw, lambda: raw.say(REQUEST, ciaddr=FIRST))
    assert silent(lab, other, lambda: other.say(DISCOVER))
    fault(lab, "dhcp-silent-renew")
    assert silent(lab, raw, lambda: raw.say(REQUEST, ciaddr=FIRST,
                                            target=GATEWAY))
    assert raw.rebind(FIRST)[:2] == (ACK, FIRST)
    fault(lab, "dhcp-silent-rebind")
    assert silent(lab, raw, lambda: raw.say(REQUEST, ciaddr=FIRST))
    assert raw.renew(FIRST)[:2] == (ACK, FIRST)
    assert other.bound()[0] == SECOND


def test_refusal(made):
    """A NAK at renewal, for one client, by its MAC."""
    lab, raw, other = made
    other.bound()
    other.hold(SECOND)
    fault(lab, "dhcp-nak", "--client", raw.mac.hex(":"))
    assert raw.renew(FIRST)[:2] == (NAK, "0.0.0.0")
    assert other.renew(SECOND)[:2] == (ACK, SECOND)
    # the lease is still its own
    assert raw.offered()[0] == FIRST


def test_another_address(made):
    """The ACK to a renewal is for an address that nobody asked for."""
    lab, raw, _ = made
    fault(lab, "dhcp-other-address", "--client", FIRST)
    assert raw.renew(FIRST)[:2] == (ACK, SECOND)
    states = {r["address"]: r["state"] for r in lab.lapse("lease", "list")}
    assert states == {FIRST: "moved", SECOND: "bound"}


def test_withdrawn_offer(made):
    """What was offered a moment ago is refused."""
    lab, raw, other = made
    fault(lab, "dhcp-withdraw-offer")
    address, _ = other.offered()
    assert other.select(address)[:2] == (NAK, "0.0.0.0")
    assert raw.bound()[0] == FIRST
    lab.one("fault", "clear")
    assert other.bound()[0] == address


def test_delay(made):
    """In real time: the lapse clock stands."""
    lab, raw, _ = made
    fault(lab, "dhcp-delay", "--value", "700ms")
    begun = time.monotonic()
    assert raw.renew(FIRST)[:2] == (ACK, FIRST)
    assert time.monotonic() - begun >= 0.7


def test_short_lease(made):
    """The client is told of an hour, and has a minute."""
    lab, _, other = made
    fault(lab, "dhcp-short-lease", "--value", "1m")
    _, got = other.bound()
    assert number_of(got[51]) == 3600
    row = lab.one("lease", "list", SECOND)
    assert row["expires-in"] == 60
    lab.clock("advance", "60s")
    assert lab.one("lease", "list", SECOND)["state"] == "expired"
    assert lab.one("lease", "list", FIRST)["state"] == "bound"


def test_exhausted(made):
    """There is no address for who has none; who has one is renewed."""
    lab, raw, other = made
    fault(lab, "dhcp-exhausted")
    other.say(DISCOVER)
    lab.until(lambda: lab.stat("dhcp-drop-exhausted") == 1)
    assert not other.replies()
    assert raw.renew(FIRST)[:2] == (ACK, FIRST)
    assert raw.bound()[0] == FIRST


def test_rogue_server(made):
    """Two offers, of two servers; who takes the wrong one is on his own."""
    lab, _, other = made
    fault(lab, "dhcp-rogue")
    other.say(DISCOVER)
    ours = other.reply(OFFER, 1)
    rogue = other.reply(OFFER, 2)
    assert (ours.src, socket.inet_ntoa(ours.payload[16:20])) == (
        GATEWAY, SECOND)
    server, address = rogue.src, socket.inet_ntoa(rogue.payload[16:20])
    assert server != GATEWAY and address not in (FIRST, SECOND)
    assert not any(address == r["address"]
                   for r in lab.lapse("lease", "list"))
    before = lab.stat("dhcp-drop-other-server")
    other.say(REQUEST, address_option(50, address),
              address_option(54, server))
    lab.until(lambda: lab.stat("dhcp-drop-other-server") == before + 1)
    assert not other.replies()


def test_expire_now(made):
    """Happens once, and is no fault that lasts."""
    lab, raw, other = made
    other.bound()
    number = lab.one("status")["events"]
    lab.one("fault", "dhcp-expire", "--client", FIRST)
    assert lab.lapse("fault", "list") == []
    assert lab.lapse("wait", "lease-expired", "--after", number, "--timeout",
                     "10s")[-1]["address"] == FIRST
    states = {r["address"]: r["state"] for r in lab.lapse("lease", "list")}
    assert states == {FIRST: "expired", SECOND: "bound"}
    assert raw.renew(FIRST)[:2] == (ACK, FIRST), "it is still free"


def test_lease_commands(made):
    """Each does what it says, to the clients that a word names."""
    lab, raw, other = made
    other.bound()
    one, two = raw.mac.hex(":"), other.mac.hex(":")
    assert [r["address"] for r in lab.lapse("lease", "list", two)] == [SECOND]
    assert len(lab.lapse("lease", "list", "192.168.77.0/24")) == 2

    lab.one("lease", "nak", one)
    assert raw.renew(FIRST)[0] == NAK
    assert lab.one("lease", "list", FIRST)["state"] == "expired"
    assert raw.bound()[0] == FIRST
    assert raw.renew(FIRST)[0] == ACK, "once"

    lab.one("lease", "expire", FIRST)
    lab.one("lease", "release", SECOND)
    states = {r["address"]: r["state"] for r in lab.lapse("lease", "list")}
    assert states == {FIRST: "expired", SECOND: "released"}
    reasons = {e["address"]: (e["event"], e["reason"])
               for e in lab.lapse("events") if e.get("reason") == "operator"}
    assert reasons[FIRST] == ("lease-expired", "operator")
    assert reasons[SECOND] == ("lease-released", "operator")

    assert raw.bound()[0] == FIRST
    assert lab.one("lease", "move", one, "192.168.77.77")["to"] == \
        "192.168.77.77"
    assert raw.renew(FIRST)[0] == NAK
    assert raw.bound()[0] == "192.168.77.77"


@pytest.mark.parametrize("words, code", [
    (["expire", "192.168.77.99"], 1), (["nak", mac(9).hex(":")], 1),
    (["release", "192.168.77.99"], 1), (["move", FIRST, GATEWAY], 1),
    (["move", FIRST, FIRST], 1), (["move", FIRST, "8.8.8.8"], 1),
    (["move", FIRST, SECOND], 1), (["expire"], 2), (["expire", "x y"], 2),
    (["eat", FIRST], 2), (["move", FIRST, ALL + "9"], 2)])
def test_lease_mistakes(made, words, code):
    """What cannot be is said, and changes nothing."""
    lab, _, other = made
    other.bound()
    done = lab.ask("lease", *words)
    assert done.returncode == code and done.stderr
    assert {r["state"] for r in lab.lapse("lease", "list")} == {"bound"}

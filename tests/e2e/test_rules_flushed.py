# SPDX-License-Identifier: GPL-2.0-or-later
"""Somebody else removes our rules while lapsed runs"""

import pytest

from packets import is_private

FLUSHES = {
    "all": [["nft", "flush", "ruleset"]],
    "jumps": [["iptables", "-t", "mangle", "-F", "POSTROUTING"]],
    "tables": [["iptables", "-t", "mangle", "-F"],
               ["iptables", "-t", "raw", "-F"]],
}


@pytest.mark.parametrize("how", FLUSHES)
def test_flushed(lab, how):
    """Noticed, said, and put in again; then all goes on as before."""
    lab = lab()
    near, far = lab.tcp()
    before = lab.machine()["rules"]
    assert before
    for command in FLUSHES[how]:
        lab.gateway.run(*command)
    lab.until(lambda: "our rules are in place again" in lab.said())
    assert "somebody has removed our rules" in lab.said()
    lab.until(lambda: sorted(lab.machine()["rules"]) == sorted(before))
    assert lab.gateway.sysctl("net.ipv4.ip_forward") == "1"
    seen = lab.record()
    near.send(b"still there")
    assert far.recv() == b"still there"
    assert not seen.packets(lambda p: is_private(p.src))


def test_others(lab):
    """What happens to others' rules is not our affair."""
    lab = lab()
    lab.gateway.run("iptables", "-t", "mangle", "-A", "FORWARD", "-j",
                    "ACCEPT")
    lab.gateway.run("iptables", "-t", "mangle", "-F", "FORWARD")
    lab.gateway.run("nft", "add", "table", "ip", "others")
    lab.gateway.run("nft", "delete", "table", "ip", "others")
    near, far = lab.tcp()
    near.send(b"hello")
    assert far.recv() == b"hello"
    assert "removed our rules" not in lab.said()


def test_cannot_be_mended(lab):
    """As long as they cannot be put in again, nothing is forwarded."""
    lab = lab()
    near, far = lab.tcp()
    # in their place a chain of that name in which ours cannot be
    lab.gateway.run("nft", """
        flush ruleset
        add table ip mangle
        add chain ip mangle PREROUTING { type filter hook input priority 0; }
        """)
    lab.until(lambda: "cannot change the rules" in lab.said())
    assert lab.gateway.sysctl("net.ipv4.ip_forward") == "0"
    seen = lab.record()
    near.send(b"nobody hears it")
    assert far.silent()
    assert not seen.packets(lambda p: is_private(p.src))
    lab.gateway.run("nft", "delete", "table", "ip", "mangle")
    lab.until(lambda: "our rules are in place again" in lab.said())
    assert far.recv() == b"nobody hears it"
    assert not seen.packets(lambda p: is_private(p.src))

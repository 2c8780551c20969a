# SPDX-License-Identifier: GPL-2.0-or-later
"""A start that cannot succeed: one clear line, the right exit code, and the
machine as it was"""

import os
import re

import pytest

import lab as labs


def refused(lab, code, pattern, *arguments, lines=1):
    """lapsed must end with this code and say this, and leave nothing."""
    before = lab.machine()
    done = lab.run_lapsed("-c", lab.path("lapse.yaml"), *arguments)
    assert done.returncode == code, done.stderr
    errors = [line for line in done.stderr.splitlines()
              if not re.match(r"(lapsed: )?(debug|info):", line)]
    assert len(errors) == lines, errors
    assert re.search(pattern, errors[0]), errors[0]
    assert done.stdout == ""
    assert lab.machine() == before
    assert not os.path.exists(lab.path("control.sock")) or lab.lapsed
    return errors


def test_second_lapsed(lab):
    """The run folder is locked; the first one is not disturbed."""
    lab = lab()
    near, far = lab.tcp()
    refused(lab, 4, "another lapsed is running")
    near.send(b"undisturbed")
    assert far.recv() == b"undisturbed"
    assert lab.one("status")["ready"] is True


def test_second_on_the_same_queue(lab):
    """With a run folder of its own it still meets the queue."""
    lab = lab()
    near, far = lab.tcp()
    lab.settings["control"]["socket"] = lab.path("other.sock")
    lab.configure()
    before = lab.machine()
    done = lab.gateway.run(
        os.path.join(labs.BUILD, "lapsed"), "-c", lab.path("lapse.yaml"),
        check=False, env=dict(lab.environment(),
                              LAPSE_RUN_DIR=lab.path("run2")))
    assert done.returncode == 4
    assert "netfilter queue 76 is taken" in done.stderr
    assert lab.machine() == before
    assert not os.path.exists(lab.path("other.sock"))
    near.send(b"undisturbed")
    assert far.recv() == b"undisturbed"


@pytest.mark.parametrize("which", ["lan", "wan"])
def test_missing_interface(lab, which):
    """It names the one that is not there."""
    lab = lab(start=False)
    if which == "lan":
        lab.settings["lan"][0]["interface"] = "lan7"
    else:
        lab.settings["wan"]["interface"] = "wan7"
    lab.configure()
    refused(lab, 4, f"no interface '{which}7'")


def test_no_privilege(lab):
    """Without the capabilities: it says which it needs."""
    lab = lab(start=False)
    lab.configure()
    before = lab.machine()
    done = lab.gateway.run(
        "setpriv", "--bounding-set=-all", "--inh-caps=-all",
        os.path.join(labs.BUILD, "lapsed"), "-c", lab.path("lapse.yaml"),
        check=False, env=lab.environment())
    assert done.returncode == 4
    assert re.search("CAP_NET_ADMIN and CAP_NET_RAW", done.stderr)
    assert lab.machine() == before


def test_overlapping_subnets(lab):
    """A packet could not be told from an internal one (RFC 4787 REQ-7)."""
    lab = lab(start=False)
    lab.gateway.ip("address add 192.168.0.9/16 dev wan")
    lab.configure()
    refused(lab, 3, "overlaps")


# what is written, at which line and column the error is, and what it says
BAD = {
    "unknown key": ("nat:\n  udp-timout: 5s\n", "2:3", "udp-timout"),
    "key twice": ("seed: 1\nseed: 2\n", "2:1", "seed"),
    "bad duration": ("nat:\n  udp-timeout: soon\n", "2:16", "soon"),
    "bad word": ("nat: {mapping: full-cone}\n", "1:16", "full-cone"),
    "unknown profile": ("profile: cn-mobile-3g-2013\n", "1:10",
                        "cn-mobile-3g-2013"),
    "no YAML": ("nat: [\n", "2:1", ""),
    "list for a map": ("nat: [1]\n", "1:6", ""),
}
NEEDED = "lan: [{interface: lan, address: 192.168.77.1/24}]\n" \
         "wan: {interface: wan}\n"


@pytest.mark.parametrize("name", BAD)
def test_bad_settings(lab, name):
    """Each error with its file, line and column."""
    text, where, what = BAD[name]
    lab = lab(start=False)
    lab.configure(text + (NEEDED if name != "no YAML" else ""))
    line, = refused(lab, 3, what)
    found = re.search(r"lapse\.yaml:(\d+:\d+): ", line)
    assert found and found[1] == where, line


def test_all_errors_at_once(lab):
    """In the order of their lines."""
    lab = lab(start=False)
    lab.configure(NEEDED + "nat:\n  mapping: x\n  filtering: y\n  udp: 1\n")
    lines = refused(lab, 3, "", lines=3)
    assert [re.search(r"yaml:(\d+):", line)[1] for line in lines] == \
        ["4", "5", "6"]


def test_no_file(lab):
    """There is nothing to read."""
    refused(lab(start=False), 3, "lapse.yaml")


def test_check(lab):
    """--check prints what is in force, in a form that can be read again."""
    lab = lab(start=False, settings={"profile": "cn-mobile-2g3g-2013"})
    lab.configure()
    before = lab.machine()
    done = lab.run_lapsed("-c", lab.path("lapse.yaml"), "--check")
    assert done.returncode == 0 and "tcp-idle-timeout: 300s" in \
        done.stdout.replace("5m", "300s")
    lab.configure(done.stdout)
    again = lab.run_lapsed("-c", lab.path("lapse.yaml"), "--check")
    assert again.returncode == 0, again.stderr

    def plain(text):
        """Settings without the comments on their origin."""
        return [line.split("#")[0].rstrip() for line in text.splitlines()]

    assert plain(again.stdout) == plain(done.stdout)
    assert lab.machine() == before


def test_usage(lab):
    """A wrong command line is exit 2."""
    lab = lab(start=False)
    assert lab.run_lapsed("--frobnicate").returncode == 2
    assert lab.run_lapsed("extra").returncode == 2
    assert lab.run_lapsed("--version").returncode == 0


def test_tool_is_asked_once(lab):
    """What nft cannot do it is not asked again: that takes the kernel long."""
    lab = lab()
    assert len(re.findall(r"/nft: exit code [1-9]", lab.said())) <= 1
    assert lab.said().count("rules by ") == 1

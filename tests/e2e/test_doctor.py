# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse doctor: what is there, what was taken away, and the ends of that

Things are taken away in namespaces of a process alone. A remedy that can be
followed there is followed, and has to help.
"""

import json
import os
import re
import subprocess
import tempfile

import pytest

import lab as labs
from host import SLOW, die_with_parent
from test_user import NOBODY, copy_tree

LAPSE = os.path.join(labs.BUILD, "lapse")
ALONE = ["unshare", "--net", "--mount", "--", "sh", "-ec"]
SETTINGS = """
lan: [{interface: eth1, address: 192.168.77.1/24}]
wan: {interface: eth0}
"""
INSIDE = ["unshare", "--user", "--map-root-user", "--"]
NO_USER_NAMESPACES = "echo 0 > /proc/sys/user/max_user_namespaces; "
HIDE = "for f in /usr/sbin/{0}* /sbin/{0}*; do " \
    "[ ! -e $f ] || mount --bind /dev/null $f; done; "


def run(*argv, **how):
    """Run a program to its end."""
    return subprocess.run(argv, text=True, capture_output=True, check=False,
                          timeout=60 * SLOW, preexec_fn=die_with_parent,
                          **how)


def doctor(*arguments, before="", prefix=(), wrap=""):
    """
    Its exit code and checks by name, after shell commands in a network and a
    mount namespace of its own.
    """
    words = " ".join(arguments)
    done = run(*prefix, *ALONE,
               f"{before} exec {wrap} {LAPSE} doctor --json {words}")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    print(done.stderr)
    return done.returncode, {row["check"]: row for row in rows}


def lacks(rows):
    """Names of the checks that made it fail."""
    return {name for name, row in rows.items() if row["fails"]}


def test_root(lab):
    """All is there; and what it says of the rules is what lapsed says."""
    code, rows = doctor()
    assert (code, lacks(rows)) == (0, set())
    for row in rows.values():
        assert row["state"] in ("ok", "limited", "untried"), row
        assert (row["remedy"] is not None) == (row["state"] == "limited")
    one = lab()
    uses_nft = "rules by nft" in one.said()
    assert (rows["nft-queue"]["router"] == "ok") == uses_nft
    if not uses_nft:
        assert rows["nft-queue"]["state"] == "limited"
        assert rows["iptables-queue"]["state"] == "ok"


def test_text():
    """The same for people: a table, the remedies, a line for each use."""
    done = run(*ALONE, f"exec {LAPSE} doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["CHECK", "ROUTER", "EXEC-ROOT", "EXEC-USER",
                                "FOUND"]
    assert [line.split(":")[0] for line in lines[-3:]] == [
        "lapsed as a router", "lapse exec as root",
        "lapse exec as an ordinary user"]
    assert all("works" in line for line in lines[-3:])
    limited = {line.split()[0] for line in lines if "limited" in line}
    explained = set(re.findall(r"^([\w-]+): .*\n    \S", done.stdout, re.M))
    assert limited == explained


def test_one_use():
    """Who asks for one use is not told to mend what another one needs."""
    for use, told in (("router", True), ("exec-user", False)):
        done = run(*ALONE, "iptables -P FORWARD DROP; "
                   f"exec {LAPSE} doctor --for {use}")
        assert ("\nforward-policy: " in done.stdout) == told
        assert ("lapsed as a router: " in done.stdout) == told
        assert ("lapse exec as an ordinary user: " in done.stdout) != told
        assert "lapse exec as root: " not in done.stdout


def test_manual():
    """The manual lists the checks, and no other."""
    _, rows = doctor()
    page = os.path.join(labs.SOURCE, "docs", "lapse.1")
    if not os.path.exists(page):
        pytest.skip("no manual beside the tests")
    with open(page, encoding="utf-8") as f:
        text = f.read()
    listed = text.split(".\\\" checks of doctor")[1]
    assert re.findall(r"^\.It Cm ([\w-]+)$", listed, re.M) == list(rows)


def test_changes_nothing(tmp_path):
    """Rules, links, switches: the same before and after."""
    look = "look() { iptables-save | grep -v '^#'; nft list ruleset; " \
        "ip -o address; ip route show table all; tc qdisc; " \
        "sysctl -a 2>/dev/null | grep -E '^(net|user|kernel)' | " \
        "grep -vE 'random|pid|entropy|sched|count|nr|ns_'; mount; }; "
    done = run(*ALONE, look + "iptables -A INPUT -p udp --dport 9; "
               f"look > before; {LAPSE} doctor > said; look > after; "
               "grep -q 'dport 9' before; diff before after", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ordinary_user():
    """Nothing but user namespaces is needed."""
    with tempfile.TemporaryDirectory(prefix="lapse-user-") as folder:
        os.chmod(folder, 0o755)
        copy_tree(folder)
        lapse = os.path.join(folder, "build", "lapse")
        user = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY,
                "--clear-groups"]
        done = run(*user, lapse, "doctor", "--json", cwd=folder)
        rows = {row["check"]: row for row in
                map(json.loads, done.stdout.splitlines())}
        assert (done.returncode, lacks(rows)) == (0, set()), done.stderr
        assert rows["user-namespaces"]["exec-user"] == "ok"
        assert rows["queue"]["exec-user"] == "ok"
        assert rows["privileges"]["router"] == "missing"

        done = run(*user, lapse, "doctor", "--for", "router", cwd=folder)
        assert done.returncode == 4
        assert "sudo lapse doctor" in done.stdout


def test_no_user_namespaces():
    """A user namespace in which there may be none; the remedy helps."""
    zero = NO_USER_NAMESPACES
    code, rows = doctor("--for", "exec-user", before=zero, prefix=INSIDE)
    assert (code, lacks(rows)) == (4, {"user-namespaces"})
    row = rows["user-namespaces"]
    assert row["found"] == "user.max_user_namespaces is 0"
    remedy = row["remedy"].replace("sudo ", "") + " >&2; "
    code, rows = doctor("--for", "exec-user", before=zero + remedy,
                        prefix=INSIDE)
    assert (code, lacks(rows)) == (0, set())


@pytest.mark.parametrize("gone", ["iptables", "nft", "iptables nft"])
def test_no_tool(gone):
    """Without one the other has to do; without both nothing works."""
    hide = "".join(HIDE.format(name) for name in gone.split())
    _, whole = doctor()
    code, rows = doctor(before=hide)
    checks = {"nft": "nft-queue", "iptables": "iptables-queue"}
    packages = {"nft": "nftables", "iptables": "iptables"}
    for name in gone.split():
        row = rows[checks[name]]
        assert "is not installed" in row["found"]
        assert row["remedy"] == f"sudo apt-get install {packages[name]}"
    left = [c for name, c in checks.items() if name not in gone.split()
            and whole[c]["state"] == "ok"]
    if left:
        assert (code, lacks(rows)) == (0, set())
    else:
        assert (code, lacks(rows)) == (4, set(checks.values()))


def test_no_privilege():
    """Root without CAP_NET_ADMIN, as in a container."""
    drop = ["setpriv", "--bounding-set", "-net_admin", "--"]
    done = run(*ALONE, f"exec {' '.join(drop)} {LAPSE} doctor --for router")
    assert done.returncode == 4
    assert "root without CAP_NET_ADMIN" in done.stdout
    assert "--cap-add NET_ADMIN" in done.stdout


def test_no_namespaces():
    """A container that may be a router and cannot try: not called missing."""
    code, rows = doctor("--for", "router", prefix=INSIDE,
                        before=NO_USER_NAMESPACES,
                        wrap="setpriv --bounding-set -sys_admin --")
    assert (code, lacks(rows)) == (0, set())
    assert rows["queue"]["router"] == "untried"
    assert rows["namespaces"]["exec-root"] == "missing"


def test_sysctl_read_only():
    """As Docker mounts /proc/sys."""
    lock = "mount --bind /proc/sys /proc/sys; " \
        "mount -o remount,ro,bind /proc/sys; "
    code, rows = doctor("--for", "router", before=lock)
    assert (code, lacks(rows)) == (4, {"sysctl"})
    assert "net.ipv4.ip_forward=1" in rows["sysctl"]["remedy"]
    code, rows = doctor("--for", "router", before="sysctl -w "
                        "net.ipv4.ip_forward=1 >&2; " + lock)
    assert (code, rows["sysctl"]["state"]) == (0, "limited")


def test_router(tmp_path):
    """A firewall that drops, and IPv6 beside the NAT; remedies that help."""
    path = tmp_path / "lapse.yaml"
    path.write_text(SETTINGS)
    links = "ip link add eth0 type veth peer name eth1; " \
        "sysctl -qw net.ipv6.conf.all.disable_ipv6=0; "
    what = ["--for", "router", "-c", str(path)]
    code, rows = doctor(*what, before=links)
    assert (code, rows["ipv6"]["state"]) == (0, "ok")
    assert rows["forward-policy"]["state"] == "ok"

    bad = links + "sysctl -qw net.ipv6.conf.all.forwarding=1; " \
        "iptables -P FORWARD DROP; "
    code, rows = doctor(*what, before=bad)
    assert code == 0
    assert rows["ipv6"]["found"] == "passes from eth1 to eth0 beside the NAT"
    forward = rows["forward-policy"]
    assert forward["state"] == "limited"
    mend = "; ".join(rows[name]["remedy"].replace("sudo ", "")
                     for name in ("ipv6", "forward-policy"))
    _, rows = doctor(*what, before=bad + "{ " + mend + "; } >&2; iptables -C FORWARD "
                     "-i eth1 -o eth0 -j ACCEPT; ")
    assert rows["ipv6"]["state"] == "ok"


def test_running_lapsed(lab):
    """The interfaces are those that lapsed has, where no file is named."""
    lab = lab()
    for name in ("disable_ipv6", "forwarding"):
        lab.gateway.sysctl(f"net.ipv6.conf.all.{name}",
                           int(name == "forwarding"))
    done = lab.gateway.run(LAPSE, "doctor", "--json", "--for", "router",
                           env=lab.environment())
    rows = {row["check"]: row for row in
            map(json.loads, done.stdout.splitlines())}
    assert rows["ipv6"]["found"] == "passes from lan to wan beside the NAT"


def test_wrong_words(tmp_path):
    """Usage and settings have their exit codes."""
    assert run(LAPSE, "doctor", "--for", "lunch").returncode == 2
    assert run(LAPSE, "doctor", "now").returncode == 2
    bad = tmp_path / "bad.yaml"
    bad.write_text("lan: 7\n")
    done = run(LAPSE, "doctor", "-c", str(bad))
    assert done.returncode == 3 and "bad.yaml:1" in done.stderr

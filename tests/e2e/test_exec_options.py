# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse exec: what each option does, and mistakes"""

import json
import os
import re
import shutil
import subprocess

import pytest

from host import SLOW
from talkers import ASK, ECHO, PYTHON, TELL, script


def test_server_leaves_input(who):
    """The server's command does not read what is meant for the command."""
    done = who.exec("--server", "cat; " + ECHO, "--", "cat", input="mine\n")
    assert done.stdout == "mine\n"


@pytest.mark.parametrize("options,says", [
    (["--profile", "no-such"], "no-such"),
    (["--profile", b"\xff"], ""),
    (["--seed", b"\xff"], ""),
    (["--set", "nat.udp-timeout=soon"], "udp-timeout"),
    (["--set", "nat.no-such=1"], "no-such"),
    (["--set", "=1"], "KEY=VALUE"),
    (["--set"], "KEY=VALUE"),
    (["--no-such"], "--no-such"),
    (["--scale", "-1"], "--scale"),
    (["--scale", "nan"], "--scale"),
    (["--scale", "inf"], "--scale"),
    (["--events", "-"], "--events"),
    (["--scale", "1000001"], "--scale"),
    (["--set", "control.socket=/no/such/folder/socket"], "of a lab it is"),
    (["--report", "/no/such/folder/file"], "/no/such/folder/file"),
])
def test_wrong_options(user, options, says):
    """125 and a message, and the command is not run."""
    options = [o.decode("utf-8", "surrogateescape")
               if isinstance(o, bytes) else o for o in options]
    done = user.exec(*options, "--", "echo", "ran", code=125)
    assert done.stdout == ""
    assert done.stderr.strip() and says in done.stderr


def test_wrong_settings_keep_files(user):
    """Old results are not lost by a run that is refused."""
    names = [user.path(n) for n in ("report", "pcap", "events")]
    for name in names:
        with open(name, "w", encoding="utf-8") as f:
            f.write("old")
        os.chown(name, user.uid, user.uid)
    files = ["--report", names[0], "--pcap", names[1], "--events", names[2]]
    for wrong in (["--profile", "no-such"], ["--wan", "moon"], ["--set", "x"]):
        user.exec(*files, *wrong, "--", "true", code=125)
    for name in names:
        with open(name, encoding="utf-8") as f:
            assert f.read() == "old"


def test_help(user):
    """Ours among the options, and the command's among its own."""
    assert "--profile" in user.exec("--dhcp", "--help").stdout
    assert user.exec("echo", "--help").stdout != user.exec("--help").stdout
    assert user.exec("sh", "-c", "echo $0", "--help").stdout == "--help\n"


def test_server_asks_its_gateway(who):
    """Also the server's command has the lab's socket, not the caller's."""
    done = who.exec("--server", who.lapse + " --json status >&2; "
                    "exec socat UDP-LISTEN:7 -", "--", "true",
                    more={"LAPSE_SOCKET": "/no/such/socket"})
    status = json.loads(done.stderr.splitlines()[0])
    assert status["profile"] == "rfc-compliant"


def test_asking_from_inside(who):
    """clock, fault and wait need no option."""
    done = who.exec(
        "--set", "nat.udp-timeout=60s", "--server", ECHO, "--", "sh", "-c",
        f"{PYTHON} -c '{ASK}' 7 && LAPSE=/nowhere && "
        f"{who.lapse} clock advance 61s >&2 && "
        f"{who.lapse} wait session-deleted --timeout 5s >&2; "
        f"{who.lapse} fault reboot >&2; {who.lapse} --json sessions")
    assert done.stdout.splitlines() == ["x"]


def test_lapse_in_between(user):
    """The story: data, silence, a lapse, and the verdict."""
    report = user.path("report")
    done = user.exec(
        "--profile", "cn-mobile-2g3g-2013", "--server",
        "socat TCP-LISTEN:7,fork EXEC:cat", "--report", report, "--",
        "sh", "-c", f"echo one | timeout 5 socat - TCP:server.lab:7 && "
        f"{user.lapse} clock advance 1h > /dev/null")
    assert done.stdout == "one\n"
    with open(report, encoding="utf-8") as f:
        assert f.read().strip()


def test_report(who):
    """To a file, to standard output, as JSON; and after a failure too."""
    ask = [PYTHON, "-c", ASK, "7"]
    text = who.exec("--server", ECHO, "--report", "-", "--", *ask).stdout
    assert text.startswith("x\n") and len(text) > 3
    path = who.path("a report")
    done = who.exec("--server", ECHO, "--json", "--report", path, "--",
                    "sh", "-c", f"{PYTHON} -c '{ASK}' 7; exit 3", code=3)
    assert done.stdout == "x\n"
    with open(path, encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    assert rows and all(isinstance(row, dict) for row in rows)


def test_report_of_the_closed(user):
    """A connection that a heartbeat has kept until its ends were done."""
    done = user.exec(
        "--profile", "cn-mobile-2g3g-2013", "--report", "-", "--server",
        "socat TCP-LISTEN:7 EXEC:cat", "--", "bash", "-ec",
        f"exec 3<>/dev/tcp/server.lab/7; {user.lapse} clock advance 4m >&2; "
        "echo beat >&3; read -r -t 10 answer <&3; exec 3>&-; "
        f"until {user.lapse} sessions | grep -q fin-both; do :; done")
    assert re.match(r".*: closed by its own ends; longest silence 4m \ds of "
                    r"the 5m 0s allowed, \d+s to spare\. Under "
                    r"cn-mobile-2g3g-2013 a heartbeat every 4m 45s is enough",
                    done.stdout)
    assert " 0 died, 1 ended as they should" in done.stdout


def test_report_of_one_closed_at_once(user):
    """It never fell silent while it was open: its timer is that one's."""
    done = user.exec(
        "--profile", "cn-mobile-2g3g-2013", "--json", "--server",
        "socat TCP-LISTEN:7 EXEC:cat", "--", "bash", "-ec",
        "exec 3<>/dev/tcp/server.lab/7; exec 3>&-; "
        f"until {user.lapse} sessions | grep -q fin-both; do :; done; "
        f"{user.lapse} clock advance 2s >&2; {user.lapse} --json report")
    row = json.loads(done.stdout.splitlines()[0])
    assert row["verdict"] == "closed" and row["beats"] == 0
    assert row["timer"] == row["margin"] == 300


def test_events(who):
    """A file, in the caller's folder, begun anew."""
    with open(who.path("events"), "w", encoding="utf-8") as f:
        f.write("old\n")
    os.chown(who.path("events"), who.uid, who.uid)
    who.exec("--server", ECHO, "--events", "events", "--",
             PYTHON, "-c", ASK, "7")
    with open(who.path("events"), encoding="utf-8") as f:
        events = [json.loads(line)["event"] for line in f]
    assert "session-created" in events


def addresses(path, *expression):
    """Source and destination of each packet, as tcpdump reads them."""
    out = subprocess.run(["tcpdump", "-nr", path, *expression], text=True,
                         capture_output=True, check=True).stdout
    return re.findall(r"IP (\S+) > (\S+):", out)


def test_pcap(who):
    """Both sides of the NAT, in the order of a packet's way."""
    path = who.path("both.pcapng")
    who.exec("--pcap", path, "--server", ECHO, "--",
             PYTHON, "-c", ASK, "7")
    seen = addresses(path, "udp port 7")
    assert [re.sub(r"\.\d+$", "", s) for s, _ in seen] == [
        "192.168.77.2", "198.51.100.16", "198.51.100.7", "198.51.100.7"]
    assert seen[1][0] == seen[2][1] and seen[0][0] == seen[3][1]
    done = subprocess.run(
        [PYTHON, "-c", "import sys; from scapy.all import rdpcap, UDP; "
         "print(sum(UDP in p for p in rdpcap(sys.argv[1])))", path],
        text=True, capture_output=True, check=True)
    assert int(done.stdout) >= 4
    piped = who.exec("--pcap", "-", "--", "true", text=False).stdout
    assert piped[:4] == b"\x0a\x0d\x0d\x0a"


def test_pcap_of_a_flood(user):
    """A server that never stops sending does not keep the recording open."""
    flood = ("import socket\n"
             "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
             "s.bind(('', 9))\n"
             "data, where = s.recvfrom(100)\n"
             "while True:\n"
             "    s.sendto(b'x' * 1000, where)\n")
    script(user, "flood", flood)
    user.exec("--pcap", "/dev/null", "--server", f"{PYTHON} flood", "--",
              PYTHON, "-c", ASK, "9")


def test_seed(user):
    """The same seed gives the same ports, another gives others."""
    script(user, "tell", TELL)

    def ports(seed):
        command = f"for i in 1 2 3 4 5; do {PYTHON} -c '{ASK}' 9; done"
        return user.exec("--seed", seed, "--server", f"{PYTHON} tell", "--",
                         "sh", "-c", command).stdout.split()

    def plain(seed):
        return [p.split(":")[1] for p in ports(seed)]
    # the order of the client's own ports does not matter to the NAT's
    assert plain("7") == plain("7")
    assert plain("8") != plain("7")


def test_scale(user):
    """The lapse clock runs faster."""
    done = user.exec("--scale", "60", "--", user.lapse, "--json", "clock",
                     "show")
    assert json.loads(done.stdout)["scale"] == 60


@pytest.mark.parametrize("client", ["dhclient", "udhcpc"])
def test_dhcp(who, client):
    """An installed client of DHCP gets the address, whichever there is."""
    hide = {"dhclient": "/usr/sbin/udhcpc", "udhcpc": "/usr/sbin/dhclient"}
    argv = who.argv(["exec", "--dhcp", "--server", ECHO, "--", "sh", "-c",
                     f"{PYTHON} -c '{ASK}' 7; ip -o -4 address show eth0"])
    # without the other one, in mounts of our own
    real = os.path.realpath(hide[client])
    over = script(who, "no", "")
    os.chmod(over, 0o644)
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c",
         f"mount --bind {over} {real} && exec \"$@\"", "sh", *argv],
        text=True, capture_output=True, timeout=40 * SLOW, check=False,
        stdin=subprocess.DEVNULL, **who.options({}))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("x\n")
    assert re.search(r"inet 192\.168\.77\.1\d\d/24", done.stdout)


def test_behind(user):
    """Two NATs: the server sees the outer one."""
    script(user, "tell", TELL)
    done = user.exec("--behind", "cn-mobile-2g3g-2013", "--server",
                     f"{PYTHON} tell", "--", PYTHON, "-c", ASK, "9")
    assert done.stdout.startswith("198.51.100.")
    path = user.path("three.pcapng")
    user.exec("--behind", "rfc-compliant", "--pcap", path, "--server", ECHO,
              "--", PYTHON, "-c", ASK, "7")
    sources = [re.sub(r"\.\d+$", "", s) for s, _ in
               addresses(path, "udp dst port 7")]
    assert sources == ["192.168.77.2", "100.64.0.16", "198.51.100.16"]


OUTER = "/run/lapse/carrier/control.sock"


def test_scale_behind(user):
    """The clocks of both NATs run faster."""
    ask = f"{user.lapse} --json clock show"
    done = user.exec("--behind", "us-3g-2013", "--scale", "60", "--", "sh",
                     "-c", f"{ask}; LAPSE_SOCKET={OUTER} {ask}")
    scales = [json.loads(row)["scale"] for row in done.stdout.splitlines()]
    assert scales == [60, 60]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_report_behind(user, options):
    """The verdict of both NATs, each under its name, one table."""
    advance = f"{user.lapse} clock advance 10s >&2"
    done = user.exec(
        *options, "--behind", "us-3g-2013", "--report", "-", "--server", ECHO,
        "--", "sh", "-c", f"{PYTHON} -c '{ASK}' 7 >&2; {advance}; "
        f"LAPSE_SOCKET={OUTER} {advance}")
    found = [done.stdout.find(text) for text in (
        "first NAT, rfc-compliant", "192.168.77.2", "second NAT, us-3g-2013")]
    found.append(done.stdout.rfind("100.64.0.16"))
    assert -1 not in found and found == sorted(found)
    assert done.stdout.count("cn-mobile-2g3g-2013") == 1
    if options:
        assert [json.loads(line) for line in done.stdout.splitlines()]


def test_profile_file(user):
    """A profile of the user's own, by its path."""
    with open(os.path.join(user.folder, "conf", "profiles",
                           "us-3g-2013.yaml"), encoding="utf-8") as f:
        text = f.read()
    os.mkdir(user.path("p q"))
    with open(user.path("p q/mine.yaml"), "w", encoding="utf-8") as f:
        f.write(text)
    for path, cwd in (("p q/mine.yaml", user.work),
                      ("mine.yaml", user.path("p q")),
                      (user.path("p q/mine.yaml"), "/")):
        done = user.exec("--profile", path, "--", user.lapse, "--json",
                         "get", "profile", cwd=cwd)
        assert "mine" in done.stdout


@pytest.mark.parametrize("given,says", [
    ("us-3g-2013.yaml", "No such file"),
    ("./us-3g-2013.yaml", "No such file"),
    ("no/us-3g-2013.yaml", "No such file"),
    ("./no-ending", "no-ending.yaml"),
    ("./mine.yml", ".yaml"),
    ("My_Net.yaml", "small letters"),
    ("a:b/mine.yaml", "colon"),
])
def test_profile_file_that_is_none(user, given, says):
    """A file that cannot be it is refused, and no namesake stands for it."""
    os.mkdir(user.path("a:b"))
    for name in ("no-ending", "mine.yml", "My_Net.yaml", "a:b/mine.yaml"):
        shutil.copy(os.path.join(user.folder, "conf", "profiles",
                                 "us-3g-2013.yaml"), user.path(name))
    for options in (["--profile", given], ["--behind", given]):
        done = user.exec(*options, "--", "echo", "ran", code=125)
        assert done.stdout == ""
        assert given in done.stderr and says in done.stderr
    user.run("lab", "up", "--profile", given, code=3)


def test_settings_have_no_place(user):
    """What an option says is not in a line of a file that nobody wrote."""
    for options in (["--profile", "none"], ["--seed", "x"]):
        done = user.exec(*options, "--", "true", code=125)
        assert re.match(r"lapse: [^:]*(no profile|seed)", done.stderr)
        assert not re.search(r":\d+:", done.stderr)


def test_profiles_of_one_name(user):
    """Of two files of one name neither stands for the other: refused."""
    for folder in ("a", "b"):
        os.mkdir(user.path(folder))
        shutil.copy(os.path.join(user.folder, "conf", "profiles",
                                 "us-3g-2013.yaml"),
                    user.path(folder + "/mine.yaml"))
    done = user.exec("--profile", "a/mine.yaml", "--behind", "b/mine.yaml",
                     "--", "echo", "ran", code=125)
    assert "mine" in done.stderr and not done.stdout


def test_leases_of_the_host(root):
    """DHCP by settings alone: the host's lease file is not the lab's."""
    folder = "/var/lib/lapse"
    before = os.path.exists(folder) and [
        (e.name, e.stat().st_mtime_ns) for e in os.scandir(folder)]
    done = root.exec("--set", "dhcp.range=[192.168.77.50-192.168.77.60]",
                     "--", "ls", "/run/lapse")
    assert "leases" in done.stdout.split()
    assert before == (os.path.exists(folder) and [
        (e.name, e.stat().st_mtime_ns) for e in os.scandir(folder)])


def test_server_that_fails(user):
    """It is said, and the command runs all the same."""
    done = user.exec("--server", "exit 9", "--", "echo", "ran")
    assert done.stdout == "ran\n"
    assert "9" in done.stderr


def test_server_that_never_listens(user):
    """Neither is it waited for without end."""
    done = user.exec("--server", "sleep 1000", "--", "echo", "ran")
    assert done.stdout == "ran\n"
    assert "no socket" in done.stderr


def test_server_of_ipv6_sockets(user):
    """Many servers open one socket for both families."""
    text = ("import socket\n"
            "s = socket.create_server(('::', 80), family=socket.AF_INET6,\n"
            "                         dualstack_ipv6=True)\n"
            "s.accept()[0].send(b'hello')\n")
    script(user, "both", text)
    done = user.exec("--server", f"{PYTHON} both", "--", "timeout", "5",
                     "socat", "-u", "TCP:server.lab:80", "-")
    assert done.stdout == "hello" and done.stderr == ""

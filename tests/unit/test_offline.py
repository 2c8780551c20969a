#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse profile and lapse explain: no lapsed, no root, only files

Where lapsed is asked, a thread of this test answers in its place.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
LAPSE = os.path.join(os.environ.get("LAPSE_BUILD",
                                    os.path.join(ROOT, "build")), "lapse")

LAN = "lan: [{interface: eth1, address: 192.168.77.1/24}]\n"
POOL = LAN + """
wan: {interface: eth0, pool: [198.51.100.8/29, 198.51.100.1]}
nat: {deterministic: true, port-block-size: 1000}
forwards:
  dmz: {protocol: all, external-address: 198.51.100.15, internal: 192.168.77.9}
"""
OWN = LAN + """
wan: {interface: eth0}
nat: {deterministic: true, port-block-size: 200}
"""
DYNAMIC = LAN + "wan: {interface: eth0}\nnat: {port-block-size: 200}\n"


def lapse(*args, path="/nonexistent/lapse.sock"):
    """Run it: exit code, output, messages."""
    env = dict(os.environ, LAPSE_SOCKET=path,
               LAPSE_PROFILE_PATH=os.path.join(ROOT, "conf/profiles"))
    done = subprocess.run([LAPSE, *args], env=env, capture_output=True,
                          text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def rows(text):
    """The objects of NDJSON."""
    return [json.loads(line) for line in text.splitlines()]


def test_list():
    code, out, err = lapse("profile", "list")
    assert (code, err) == (0, ""), err
    lines = out.splitlines()
    assert lines[0].split() == ["PROFILE", "DATE", "ASSUMED", "TITLE"]
    assert "us-3g-2013" in [line.split()[0] for line in lines]
    code, out, err = lapse("--json", "profile", "list")
    listed = rows(out)
    files = os.listdir(os.path.join(ROOT, "conf/profiles"))
    assert [row["profile"] for row in listed] == sorted(
        name[:-5] for name in files if name.endswith(".yaml"))
    assert len(listed) == len(lines) - 1
    assert all(0 <= row["assumed"] <= row["values"] for row in listed)


def test_show():
    code, out, err = lapse("profile", "show", "cn-mobile-2g3g-2013")
    assert (code, err) == (0, ""), err
    found = {line.split()[0]: line.split()[1:] for line in out.splitlines()
             if line.startswith("nat.")}
    assert found["nat.tcp-idle-timeout"][:2] == ["300s", "measured"]
    assert len(found["nat.tcp-idle-timeout"]) > 2, "no source"
    assert found["nat.udp-timeout"][1] == "assumed"
    assert found["nat.refresh"] == ["outbound", "default"]
    code, out, err = lapse("profile", "show", "cn-mobile-2g3g-2013", "--json")
    assert code == 0, err
    entries = {row["setting"]: row for row in rows(out)}
    assert entries["nat.tcp-idle-timeout"]["value"] == "300s"
    assert entries["nat.refresh"]["source"] is None
    for row in entries.values():
        assert row["class"] in ("measured", "vendor-doc", "anecdote",
                                "assumed", "default"), row
        assert (row["source"] is None) == (row["class"] == "default"), row
    assert entries["pool-size"]["value"] == "4"


def test_profile_errors():
    code, out, err = lapse("profile", "show", "us-3g-2031")
    assert (code, out) == (3, "")
    assert 'did you mean "us-3g-2013"?' in err
    for words in (["profile"], ["profile", "show"], ["profile", "x"],
                  ["profile", "list", "x"]):
        code, out, err = lapse(*words)
        assert (code, out) == (2, "") and err, words


def explain(text, what, *more):
    """`lapse explain block` with settings that hold this text."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "lapse.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return lapse("explain", "block", what, "-c", path, *more)


def test_explain():
    assert explain(POOL, "192.168.77.20") == (
        0, "192.168.77.20 has ports 21024-22023 of 198.51.100.1\n", "")
    # 64 blocks an address, the lowest address first
    assert explain(POOL, "198.51.100.8:2023") == (
        0, "192.168.77.64 has ports 1024-2023 of 198.51.100.8\n", "")
    assert explain(POOL, "192.168.77.9") == (
        0, "192.168.77.9 has all of 198.51.100.15, by forwards.dmz\n", "")
    code, out, _ = explain(POOL, "198.51.100.15:7", "--json")
    assert (code, rows(out)) == (0, [
        {"internal": "192.168.77.9", "external": "198.51.100.15",
         "first-port": 0, "last-port": 65535, "forward": "dmz"}])
    code, out, _ = explain(OWN, "203.0.113.5:5223", "--address", "203.0.113.5",
                           "--json")
    assert (code, rows(out)) == (0, [
        {"internal": "192.168.77.20", "external": "203.0.113.5",
         "first-port": 5024, "last-port": 5223, "forward": None}])


def test_explain_errors():
    for text, what, code, words in (
            (POOL, "198.51.100.14:1024", 1, "nobody's"),
            (POOL, "10.0.0.1", 1, "no lan"),
            (OWN, "192.168.77.20", 2, "--address"),
            (DYNAMIC, "192.168.77.20", 3, "nat.deterministic is off"),
            (POOL, "192.168.77", 2, "neither"),
            ("lan: 7\n", "192.168.77.20", 3, "lan")):
        got, out, err = explain(text, what)
        assert (got, out) == (code, "") and words in err, (what, got, err)
    assert explain(OWN, "192.168.77.20", "--address", "x")[0] == 2
    assert lapse("explain", "block")[0] == 2
    assert lapse("explain", "block", "10.0.0.1", "-c", "/nonexistent")[0] == 3


def asked(answer, *args):
    """Run it against these rows: what was asked, exit code, output."""
    heard = []
    with tempfile.TemporaryDirectory() as folder, \
            socket.socket(socket.AF_UNIX) as listener:
        path = os.path.join(folder, "sock")
        listener.bind(path)
        listener.listen(1)
        listener.settimeout(60)

        def serve():
            connection, _ = listener.accept()
            with connection, connection.makefile("rw") as stream:
                heard.append(json.loads(stream.readline()))
                rows_and_end = answer + [{"done": True, "rows": len(answer)}]
                stream.write("".join(json.dumps(row) + "\n"
                                     for row in rows_and_end))

        thread = threading.Thread(target=serve)
        thread.start()
        code, out, err = lapse(*args, path=path)
        thread.join()
    assert err == "", err
    return heard[0], code, out


def test_flow():
    head = {"protocol": "tcp", "internal": "192.168.77.20:5000",
            "remote": "203.0.113.7:443", "client": "phone",
            "profile": "home-draytek", "external": None}
    setting = {"setting": "nat.tcp-idle-timeout", "value": "300s",
               "layer": "profile", "path": "nat.tcp-idle-timeout",
               "name": "p", "line": None, "class": "assumed",
               "source": "a guess"}
    answer = [head, setting,
              dict(setting, setting="nat.refresh", value="both", layer="file",
                   name="/etc/lapse/lapse.yaml", line=7, source=None),
              dict(setting, setting="nat.mapping", value="eim",
                   layer="default", name=None, source=None)]
    words = ("explain", "tcp", "192.168.77.20:5000", "203.0.113.7:443")
    request, code, out = asked(answer, *words)
    assert request == {"request": "explain", "filter": {
        "protocol": "tcp", "internal": "192.168.77.20:5000",
        "remote": "203.0.113.7:443"}}, request
    assert code == 0
    lines = [line.rstrip() for line in out.splitlines()]
    assert lines[0] == ("tcp 192.168.77.20:5000 to 203.0.113.7:443: "
                        "no session; it would follow")
    assert lines[1] == "clients.phone, profile home-draytek"
    found = [" ".join(line.split()) for line in lines[3:]]
    assert found == ["SETTING VALUE FROM SOURCE",
                     "nat.tcp-idle-timeout 300s profile p, assumed a guess",
                     "nat.refresh both /etc/lapse/lapse.yaml:7",
                     "nat.mapping eim default"], found
    head.update({"external": "198.51.100.1:7", "state": "established",
                 "timer": "tcp-idle-timeout", "expires-in": 61, "client": None})
    _, code, out = asked(answer, *words)
    assert out.startswith("tcp 192.168.77.20:5000 to 203.0.113.7:443: "
                          "established, as 198.51.100.1:7, expires in 1m 1s "
                          "by tcp-idle-timeout\nprofile home-draytek\n"), out
    _, code, out = asked(answer, "--json", *words)
    assert (code, rows(out)) == (0, answer)


def main():
    """Run every test; say which failed."""
    passed = failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            passed += 1
            print(f"ok: {name}")
        except (AssertionError, OSError, ValueError, KeyError, IndexError,
                subprocess.SubprocessError) as error:
            failed += 1
            print(f"FAILED: {name}: {error!r}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: GPL-2.0-or-later
"""The lease file: synced before a lease is granted, on slow and on full disks
"""

import os
import re
import signal
import subprocess
import threading

import pytest

from dhcp_client import Udhcpc, serve
from host import HERE, SLOW, poll

ALONE = pytest.mark.skipif(
    SLOW != 1, reason="a sanitizer or valgrind wants to be first itself")


@pytest.fixture(name="preload")
def fixture_preload(tmp_path):
    """The library of slow_disk.c."""
    library = str(tmp_path / "slow_disk.so")
    subprocess.run(["cc", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-o",
                    library, os.path.join(HERE, "slow_disk.c"), "-ldl"],
                   check=True)
    return library


def restart(lab, **environment):
    """Start lapsed again with more in its environment."""
    lab.stop()
    plain = lab.environment
    lab.environment = lambda: dict(plain(), **environment)
    lab.start()
    lab.environment = plain


def test_sync_before_ack(lab):
    """
    strace: the lease is written, then synced, and then the DHCPACK is sent.
    """
    lab = serve(lab, clients=3, lease_time="1h", conflict_probe="false")
    lab.stop()
    trace = lab.path("trace")
    plain = lab.start_command
    # -D: lapsed itself is what the lab has started, and will stop
    lab.start_command = lambda: [
        "strace", "-D", "-f", "-xx", "-s", "4096", "-o", trace, "-e",
        "trace=pwrite64,fdatasync,sendto", *plain()]
    # LeakSanitizer cannot work where strace already does
    around = lab.environment
    lab.environment = lambda: dict(around(), ASAN_OPTIONS=os.environ.get(
        "ASAN_OPTIONS", "") + ":detect_leaks=0")
    lab.start()
    macs = []
    for host in lab.clients:
        client = Udhcpc(lab, host)
        client.run()
        client.wait("bound", timeout=40)
        macs.append([r["mac"] for r in lab.lapse("lease", "list")
                     if r["address"] == client.address()][0])
    pid = lab.lapsed.pid
    lab.stop()

    def is_over():
        """Whether strace has written all of it."""
        with open(trace, encoding="ascii") as f:
            return re.search(rf"^{pid} +\+\+\+ exited", f.read(), re.M)

    poll(is_over, 20)
    with open(trace, encoding="ascii") as f:
        calls = [line.split(None, 1)[1] for line in joined(f)]
    for mac in macs:
        order(calls, "".join(f"\\x{byte}" for byte in mac.split(":")))


def joined(lines):
    """The lines of strace, calls that were interrupted put together."""
    begun = {}
    for line in lines:
        pid, rest = line.rstrip("\n").split(None, 1)
        if rest.endswith("<unfinished ...>"):
            begun[pid] = rest[:-len("<unfinished ...>")].rstrip()
            # what is sent counts from its beginning, a sync from its end
            if rest.startswith("sendto"):
                yield f"{pid} {begun.pop(pid)}"
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
        if resumed:
            if pid in begun:
                yield f"{pid} {begun.pop(pid)}{resumed[1]}"
            continue
        yield f"{pid} {rest}"


def order(calls, mac):
    """Which comes first, for one client."""
    ack = [n for n, c in enumerate(calls) if c.startswith("sendto(") and
           mac in c and r"\x35\x01\x05" in c]
    assert len(ack) == 1
    written = [n for n, c in enumerate(calls[:ack[0]])
               if c.startswith("pwrite64(") and mac in c]
    assert written, "written before the DHCPACK"
    file = re.match(r"pwrite64\((\d+),", calls[written[-1]])[1]
    assert [c for c in calls[written[-1]:ack[0]]
            if re.match(rf"fdatasync\({file}\)\s*= 0", c)], \
        "and synced in between"


def syncs(lab):
    """What slow_disk.c has noted."""
    try:
        with open(lab.path("syncs"), encoding="ascii") as f:
            return f.read()
    except FileNotFoundError:
        return ""


@ALONE
def test_a_slow_disk_does_not_slow_packets(lab, preload):
    """
    Half a second for each fdatasync: leases wait for it, packets do not. Ten
    there and back while it lasts; were they to wait, it would be one.
    """
    lab = serve(lab, clients=2, lease_time="1h", conflict_probe="false")
    restart(lab, LD_PRELOAD=preload, SLOW_DISK_MS="500",
            SLOW_DISK_LOG=lab.path("syncs"))
    client = Udhcpc(lab, lab.client)
    client.run()
    client.wait("bound", timeout=40)
    assert syncs(lab).count(">") >= 1

    lab.clients[1].ip("address add 192.168.77.9/24 dev eth0",
                      "route add default via 192.168.77.1")
    far = lab.server.udp((lab.server_address, 6000)).echo()
    near = lab.clients[1].udp(remote=far.local)
    near.send(b"first")
    near.recv()

    def there_and_back():
        """How often, within one fdatasync."""
        client.renew()
        poll(lambda: syncs(lab).endswith("<"), 10, "fdatasync is called")
        for count in range(10):
            near.send(b"packet")
            near.recv(timeout=10)
            if not syncs(lab).endswith("<"):
                return count
        return 10

    # another program may have had the processor for so long
    poll(lambda: there_and_back() == 10, 30, "packets pass meanwhile")


@ALONE
def test_a_full_disk(lab, preload):
    """
    No lease is granted that cannot be written; lapsed and its packets go on,
    and so do leases when there is space again.
    """
    lab = serve(lab, clients=2, lease_time="1h", conflict_probe="false")
    full = lab.path("full")
    restart(lab, LD_PRELOAD=preload, SLOW_DISK_FULL=full)
    first, second = [Udhcpc(lab, host) for host in lab.clients]
    first.run()
    first.wait("bound")
    with open(full, "w", encoding="ascii"):
        pass
    second.run()
    lab.until(lambda: lab.stat("dhcp-unwritten") >= 2)
    assert "cannot be written: No space left on device" in lab.said()
    assert "bound" not in second.reasons()
    far = lab.server.udp((lab.server_address, 6000)).echo()
    near = lab.client.udp(remote=far.local)
    near.send(b"passes")
    assert near.recv() == b"passes"

    os.unlink(full)
    second.wait("bound", timeout=40)
    assert "the lease file can be written again" in lab.said()
    before = {(r["address"], r["mac"]) for r in lab.lapse("lease", "list")}
    lab.stop(signal.SIGKILL)
    lab.start()
    assert {(r["address"], r["mac"])
            for r in lab.lapse("lease", "list")} == before


def damage(path, at, count=8):
    """Bytes that are none of ours."""
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(b"\x55" * count)


def test_a_damaged_file(lab):
    """What is whole is kept, what is not is named and set aside."""
    lab = serve(lab, clients=3, lease_time="1h")
    clients = [Udhcpc(lab, host) for host in lab.clients]
    for client in clients:
        client.run()
        client.wait("bound")
    lab.stop(signal.SIGKILL)
    path = lab.path("leases")
    with open(path, "rb") as f:
        whole = f.read()
    # the first record begins behind the header; its middle
    damage(path, 60)
    lab.start()
    assert re.search(r"\d+ damaged bytes at offset 16", lab.said())
    with open(path + ".damaged-1", "rb") as f:
        assert f.read() == whole[:60] + b"\x55" * 8 + whole[68:]
    rows = {r["address"]: r["state"] for r in lab.lapse("lease", "list")}
    assert len([s for s in rows.values() if s == "bound"]) >= 2
    assert rows["192.168.77.52"] == "bound"

    # and it is mended: the next start finds nothing
    count = lab.said().count("damaged bytes")
    lab.stop(signal.SIGKILL)
    lab.start()
    assert lab.said().count("damaged bytes") == count
    assert not os.path.exists(path + ".damaged-2")


def test_a_foreign_file(lab):
    """Whatever it is, it is not thrown away, and no lease comes of it."""
    lab = serve(lab, lease_time="1h")
    lab.stop()
    foreign = b"root:x:0:0:root:/root:/bin/bash\n" * 10
    with open(lab.path("leases"), "wb") as f:
        f.write(foreign)
    lab.start()
    assert "it is no lease file of this version" in lab.said()
    with open(lab.path("leases.damaged-1"), "rb") as f:
        assert f.read() == foreign
    assert not lab.lapse("lease", "list")
    client = Udhcpc(lab, lab.client)
    client.run()
    client.wait("bound")


def test_a_lease_file_that_cannot_be(lab):
    """Refused at the start, with its name."""
    lab = serve(lab)
    lab.stop()
    lab.settings["dhcp"]["lease-file"] = "/proc/lapse/leases"
    lab.configure()
    done = lab.run_lapsed("-c", lab.path("lapse.yaml"))
    assert done.returncode == 3
    assert "dhcp.lease-file: cannot use /proc/lapse/leases" in done.stderr


def test_compaction(lab):
    """A file that has grown is written anew, and holds the same.

    It is where a symbolic link leads, and the link stays one.
    """
    lab = serve(lab, clients=2, lease_time="1h", conflict_probe="false")
    lab.stop()
    os.rename(lab.path("leases"), lab.path("far"))
    os.symlink("far", lab.path("leases"))
    lab.start()
    clients = [Udhcpc(lab, host) for host in lab.clients]
    for client in clients:
        client.run()
        client.wait("bound")
    path = lab.path("leases")
    stop = threading.Event()

    def grow():
        """Change both leases as fast as it goes."""
        request = b'{"request":"lease-nak","client":"192.168.77.50/31"}\n'
        with subprocess.Popen(
                ["socat", "-", f"UNIX:{lab.path('control.sock')}"],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as proc:
            while not stop.is_set():
                proc.stdin.write(request * 50)
                proc.stdin.flush()

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        poll(lambda: os.path.getsize(path) > 200 << 10, 60, "it grows")
        poll(lambda: os.path.getsize(path) < 100 << 10, 60, "it is compacted")
    finally:
        stop.set()
        thread.join()
    before = {(r["address"], r["mac"], r["state"])
              for r in lab.lapse("lease", "list")}
    lab.stop(signal.SIGKILL)
    lab.start()
    assert {(r["address"], r["mac"], r["state"])
            for r in lab.lapse("lease", "list")} == before
    assert "damaged" not in lab.said()
    assert not os.path.exists(path + ".new")
    assert os.path.islink(path)

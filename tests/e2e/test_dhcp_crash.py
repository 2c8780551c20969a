# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 under load: no lease that a client was told of is lost, or another's
"""

import json
import os
import random
import signal
import subprocess

import pytest

from dhcp_client import serve
from host import HERE, PYTHON, SLOW, poll

KILLS = 200 if SLOW == 1 else 20
CROWD = 60


class Driver:
    """dhcp_driver.py in a host's namespace."""

    def __init__(self, lab, host):
        words = lab.gateway.run("ip", "-o", "link", "show", "dev",
                                "lan").stdout.split()
        self.proc = host.start(
            PYTHON, os.path.join(HERE, "dhcp_driver.py"), "eth0", str(CROWD),
            words[words.index("link/ether") + 1], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=lab.log)

    def tell(self, word):
        """A command; its answer."""
        self.proc.stdin.write(word + "\n")
        self.proc.stdin.flush()
        row = json.loads(self.proc.stdout.readline())
        assert "broken" not in row, row
        return row

    def acks(self):
        """How often a client was told of its lease so far."""
        return self.tell("go")["acks"]

    def close(self):
        """End the crowd; no promise was broken to the last."""
        self.proc.stdin.close()
        assert "broken" not in self.proc.stdout.read()
        assert self.proc.wait(20) == 0


@pytest.mark.long
def test_kill(lab):
    """
    Again and again: the crowd asks, lapsed is killed in the middle of it, and
    started again. Then it knows of every lease that a client was told of.
    """
    # not all clients find an address: what is released is soon another's
    lab = serve(lab, lease_time="1h", range="192.168.77.50-192.168.77.99",
                conflict_probe="false")
    lab.settings["log"]["level"] = "info"
    driver = Driver(lab, lab.client)
    chance = random.Random(1)
    told = 0
    for number in range(KILLS):
        enough = driver.acks() + chance.randrange(1, 40)
        poll(lambda n=enough: driver.acks() >= n, 20,
             f"leases are granted in round {number}")
        lab.stop(signal.SIGKILL)
        row = driver.tell("pause")
        lab.start()
        known = {r["mac"]: r["address"] for r in lab.lapse("lease", "list")
                 if r["state"] == "bound"}
        lost = {m: a for m, a in row["held"].items() if known.get(m) != a}
        assert not lost, f"round {number}: {lost} of {known}"
        told = max(told, len(row["held"]))
        driver.acks()
    driver.close()
    assert told > 20, "leases were held when it was killed"
    assert "damaged" not in lab.said() or os.path.exists(
        lab.path("leases.damaged-1"))

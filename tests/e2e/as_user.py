# SPDX-License-Identifier: GPL-2.0-or-later
"""as_user - what test_user.py runs as an ordinary user"""

import sys

from host import poll
from lab import Lab, leftovers


def traffic(gso):
    """All kinds of traffic, and a session that lapses."""
    with Lab(settings={"queue": {"gso": gso}}) as lab:
        seen = lab.record()
        near, far = lab.tcp()
        for source, sink in ((near, far), (far, near)):
            drained = sink.drain(4 << 20)
            assert source.pump(4 << 20).result() == drained.result()
        echo = lab.server.udp((lab.server_address, 6000)).echo()
        sock = lab.client.udp(remote=echo.local)
        sock.send(b"x" * 4000)
        assert sock.recv() == b"x" * 4000
        lab.client.run("ping", "-n", "-c", "1", lab.server_address)
        lab.settle(near, far)
        assert len(lab.sessions()) == 3
        lab.clock("advance", "2h5m")
        assert not lab.sessions()
        far.send(b"lost")
        poll(lambda: lab.stat("drop-no-mapping") >= 1)
        assert near.silent()
        seen.check()



def main():
    """Both modes of the queue; the last line tells that all was done."""
    with open("/proc/self/uid_map", encoding="ascii") as f:
        outside = int(f.read().split()[1])
    assert outside != 0, "this is root"
    for gso in (True, False):
        traffic(gso)
    assert not leftovers()
    print("all done")
    return 0


if __name__ == "__main__":
    sys.exit(main())

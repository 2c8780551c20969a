# SPDX-License-Identifier: GPL-2.0-or-later
"""The gateway itself: it browses, pings and serves as if no NAT were there

Beside its clients' traffic, on the very address that they share with it; and
also when lapsed has been killed.
"""

import signal

from lab import OUTSIDE, poll

MEGA = 1 << 20


def serve(lab, port):
    """The gateway listens; Return: a call from outside, both its ends."""
    listener = lab.gateway.listen(port, OUTSIDE)
    far = lab.server.connect((OUTSIDE, port))
    near = listener.accept()
    return near, far


def chat(near, far):
    """Data in both directions."""
    near.send(b"to the other")
    assert far.recv() == b"to the other"
    far.send(b"and back")
    assert near.recv() == b"and back"


def test_beside_clients(lab):
    """All at once: a service below 1024, one above, own calls, and a client's
    transfer."""
    lab = lab(start=False)
    seen = lab.record()
    early = lab.gateway.listen(8080, OUTSIDE)
    lab.start()

    near, far = lab.tcp()
    jobs = [near.pump(4 * MEGA), far.drain(4 * MEGA),
            far.pump(4 * MEGA, 2), near.drain(4 * MEGA)]

    ssh, caller = serve(lab, 22)
    chat(ssh, caller)
    web = lab.server.connect((OUTSIDE, 8080))
    chat(early.accept(), web)

    listener = lab.server.listen(80)
    own = lab.gateway.connect((lab.server_address, 80))
    assert own.local[1] >= 61000, "the gateway has ports of its own"
    chat(own, listener.accept())
    lab.gateway.run("ping", "-n", "-c", "3", "-i", "0.05", lab.server_address)
    lab.server.run("ping", "-n", "-c", "3", "-i", "0.05", OUTSIDE)
    query = lab.gateway.udp(remote=(lab.server_address, 53))
    echo = lab.server.udp((lab.server_address, 53)).echo()
    query.send(b"who is")
    assert query.recv() == b"who is"
    echo.close()

    digests = [job.result() for job in jobs]
    assert digests[0] == digests[1] and digests[2] == digests[3]
    assert len(lab.sessions()) == 1, "the gateway's own traffic has sessions"
    assert {p.src for p in seen.check()} == {OUTSIDE, lab.server_address}


def test_a_service_that_starts_later(lab):
    """A port that the host begins to use is the host's, a second later."""
    lab = lab()
    listener = lab.gateway.listen(9000, OUTSIDE)

    def call():
        try:
            return lab.server.connect((OUTSIDE, 9000), timeout=0.2)
        except TimeoutError:
            return None

    far = poll(call, 10, "the late service is reached")
    chat(listener.accept(), far)


def test_ports_of_the_host_are_not_given_out(lab):
    """A client keeps its port, except if the host has a socket there."""
    lab = lab(start=False, port_allocation="preservation")
    holder = lab.gateway.udp((OUTSIDE, 5353))
    lab.start()
    far = lab.server.udp((lab.server_address, 6000))
    for port in (5354, 5353):
        near = lab.client.udp(("0.0.0.0", port), far.local)
        near.send(b"hello")
        _, remote = far.recvfrom()
        assert (remote[1] == port) == (port != 5353)
    far.send(b"for the host", (OUTSIDE, 5353))
    assert holder.recv() == b"for the host"


def nothing_leaks(lab, near):
    """Whatever the client does, none of it is seen outside."""
    seen = lab.record()
    mark = lab.gateway.record("lan", lab.path("inside.pcap"))
    lab.client.udp(remote=(lab.server_address, 6000)).send(b"leak?")
    near.send(b"leak?")
    lab.client.run("ping", "-n", "-c", "1", "-W", "1", lab.server_address,
                   check=False)
    lab.until(lambda: len(mark.packets(lambda p: p.src == lab.client.address))
              >= 3, "the client's packets reach the gateway")
    # what the gateway has let pass would have come before its own answer
    lab.server.run("ping", "-n", "-c", "1", OUTSIDE)
    found = seen.check()
    assert not [p for p in found if b"leak?" in p.data]
    assert all(p.protocol == 1 for p in found), [str(p) for p in found]
    asked = [p for p in found if p.dst == lab.server_address and
             p.body[0] == 8]
    assert not asked, "the client's ping"


def test_killed(lab):
    """kill -9: nothing leaks, what the gateway itself does lives on, and the
    next start works."""
    lab = lab(start=False)
    before = lab.machine()
    lab.start()
    near, far = lab.tcp()
    ssh, caller = serve(lab, 22)
    listener = lab.server.listen(80)
    own = lab.gateway.connect((lab.server_address, 80))
    chat(own, listener.accept())

    assert lab.stop(signal.SIGKILL) == -signal.SIGKILL
    chat(ssh, caller)
    again, caller2 = serve(lab, 23)
    chat(again, caller2)
    chat(lab.gateway.connect((lab.server_address, 80)), listener.accept())
    nothing_leaks(lab, near)

    lab.start()
    chat(ssh, caller)
    chat(*lab.tcp(5001))
    assert lab.stop() == 0
    for sock in (near, far, ssh, caller, own):
        sock.close()
    assert lab.machine() == before


def test_cleanup(lab):
    """lapsed --cleanup does after a kill what the stop would have done."""
    lab = lab(start=False)
    before = lab.machine()
    lab.start()
    lab.stop(signal.SIGKILL)
    assert lab.machine() != before
    assert lab.run_lapsed("--cleanup").returncode == 0
    assert lab.machine() == before
    assert lab.run_lapsed("--cleanup").returncode == 0, "a second time"
    assert lab.machine() == before

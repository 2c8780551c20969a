# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that are wrong, to a lapsed at work: an error that names the field,
nothing half done, and a connection that lives on"""

import json
import socket

import pytest

POOL = {"wan": {"interface": "wan", "pool": ["198.51.100.20-198.51.100.23"]}}
DEEP = '{"a":' * 1000 + "1" + "}" * 1000


class Connection:
    """A connection to the control socket, for whatever bytes."""

    def __init__(self, lab):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(lab.path("control.sock"))
        self.file = self.sock.makefile("rb")

    def ask(self, request):
        """The answer's lines; a request is bytes, text or an object."""
        if not isinstance(request, (str, bytes)):
            request = json.dumps(request)
        if isinstance(request, str):
            request = request.encode()
        self.sock.sendall(request + b"\n")
        lines = []
        while not lines or not {"done", "error"} & lines[-1].keys():
            lines.append(json.loads(self.file.readline()))
        return lines

    def close(self):
        """The end."""
        self.file.close()
        self.sock.close()


def of_set(**values):
    """A change of settings."""
    return {"request": "set",
            "values": {k.replace("_", "-"): v for k, v in values.items()}}


# what is sent -> the field that the error names, a word of what would be right
WRONG = [
    (b"{", None, "no JSON"), (b"\0\1\2", None, "no JSON"),
    (b'{"request":"\xff"}', None, "no JSON"), (b"[" * 3000, None, "no JSON"),
    ("[]", None, "must be an object"), ("null", None, "no JSON"),
    ('"status"', None, "no JSON"), ("{}", "request", "must name"),
    ('{"request":1}', "request", "must name"),
    ('{"request":"stauts"}', "request", '"help"'),
    ('{"request":"status","request":"clock"}', None, "duplicate"),
    ('{"request":"status","version":2}', "version", "version 1"),
    ('{"request":"status","colour":1}', "colour", "unknown field"),
    ('{"request":"sessions","filter":7}', "filter", "object"),
    ('{"request":"sessions","filter":{"client":7}}', "filter.client", "str"),
    ('{"request":"sessions","filter":{"client":"nobody"}}', "filter.client",
     "settings"),
    ('{"request":"sessions","filter":{"colour":"red"}}', "filter",
     "protocol"),
    ('{"request":"kill","filter":{}}', "filter", "flush"),
    ('{"request":"wait","event":"sunset"}', "event", "session-created"),
    ('{"request":"wait","event":"session-created","after":-1}', "after", "0"),
    (of_set(udp_timeout=30), None, "30s"),
    (of_set(udp_timeout=None), None, "nat.udp-timeout"),
    (of_set(udp_timeout=["30s"]), None, "that value alone"),
    (of_set(udp_timeot="30s"), None, 'did you mean "udp-timeout"'),
    (of_set(refresh="both", mapping="sometimes"), None, "nat.mapping"),
    (of_set(max_sessions="1024"), None, "restart it"),
    (of_set(profile="../../etc/passwd"), None, "profile"),
    ('{"request":"set","values":{"nat":%s}}' % DEEP, None, "16"),
    ({"request": "set", "values": {}}, "values", "must be an object"),
    ({"request": "set", "values": {"refresh": "both"}, "client": "nobody"},
     "client", "address"),
    ({"request": "set", "values": {"refresh": "both"}, "client": ""},
     "client", "address"),
    ({"request": "set", "replace": True, "values": {"refresh": "no"}}, None,
     "nat.refresh"),
    ({"request": "unset", "keys": ["refresh"]}, "keys", "not set"),
    ({"request": "fault", "fault": "blackhole", "for": "213503982334d"},
     "for", "duration"),
    ({"request": "fault", "fault": "rst", "for": "1s"}, "for", "once"),
    ({"request": "fault", "fault": "blackhole", "client": "nobody"}, "client",
     "address"),
    ({"request": "fault-clear", "id": 4711}, "id", "faults"),
    ({"request": "clock-advance", "by": "140737488355328ms"}, "by", "clock"),
    ({"request": "clock-advance", "by": "213503982334d"}, "by", "clock"),
    ({"request": "clock-advance", "by": 1e308}, "by", "duration"),
    ({"request": "clock-advance", "by": -1}, "by", "duration"),
    ({"request": "clock-scale", "scale": 1e308}, "scale", "at most"),
    ({"request": "clock-scale", "scale": 0}, "scale", "above 0"),
    ({"request": "clock-scale", "scale": "2"}, "scale", "above 0"),
]


def state(connection):
    """All that a request may change, but what packets and time change."""
    asked = ("get", "assignments", "faults", "leases", "mappings")
    rows = [connection.ask({"request": name}) for name in asked]
    clock = connection.ask({"request": "clock"})[0]
    for row in rows[-1][:-1]:
        del row["expires-in"]
    return rows, clock["offset"], clock["scale"], clock["frozen"]


def test_wrong_requests(lab):
    """One after the other, on one connection, beside one that talks."""
    lab = lab(settings=POOL)
    near, far = lab.tcp()
    connection = Connection(lab)
    before = state(connection)
    for request, field, remedy in WRONG:
        *rows, last = connection.ask(request)
        assert not rows and last.get("error"), (request, last)
        assert (last["field"], remedy in last["error"]) == (field, True), \
            (request, last)
        assert state(connection) == before, request
    near.send(b"still here")
    assert far.recv() == b"still here"
    connection.close()


@pytest.mark.parametrize("pool", [["198.51.100.22"], ["interface"]])
def test_pool_in_use(lab, pool):
    """A pool without an address that is in use; and once it is not."""
    lab = lab(settings={"wan": {"interface": "wan",
                                "pool": ["198.51.100.20"]}})
    near, far = lab.tcp()
    connection = Connection(lab)
    before = state(connection)
    request = {"request": "set", "values": {"wan.pool": pool}}
    last, = connection.ask(request)
    assert "wan.pool: 198.51.100.20 is in use" in last["error"]
    assert state(connection) == before
    near.send(b"still here")
    assert far.recv() == b"still here"
    done = lab.ask("set", f"wan.pool=[{pool[0]}]")
    assert done.returncode == 3 and "lapse kill external=" in done.stderr
    lab.one("kill", "external=198.51.100.20")
    assert len(connection.ask(request)) == 2
    near, far = lab.tcp(5001)
    assert far.remote[0] != "198.51.100.20"
    connection.close()


def test_fault_on_fault(lab):
    """The same fault twice is two; the 33rd is refused, and clear ends all."""
    lab = lab()
    connection = Connection(lab)
    for number in range(32):
        row, _ = connection.ask({"request": "fault", "fault": "blackhole"})
        assert row["id"] == 2 * number + 1
    last, = connection.ask({"request": "fault", "fault": "blackhole"})
    assert "clear some" in last["error"]
    assert connection.ask({"request": "fault-clear", "id": 1})[0] == {
        "cleared": 1}
    assert len(connection.ask({"request": "faults"})) == 32
    assert connection.ask({"request": "fault-clear"})[0] == {"cleared": 31}
    near, far = lab.tcp()
    near.send(b"passes")
    assert far.recv() == b"passes"
    connection.close()

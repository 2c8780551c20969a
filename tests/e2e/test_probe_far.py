# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse probe over a long way: what comes late is not taken for another thing
"""

import os
import subprocess

import pytest

from host import HERE, SLOW
from lab import SERVER2
from test_probe import Serving, begin, finish

pytestmark = pytest.mark.skipif(
    SLOW != 1, reason="a sanitizer or valgrind wants to be first itself")


@pytest.fixture(name="serve")
def fixture_serve(tmp_path, monkeypatch):
    """A server whose answers are so many ms on their way, by slow_way.c."""
    library = str(tmp_path / "slow_way.so")
    subprocess.run(["cc", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC",
                    "-pthread", "-o", library,
                    os.path.join(HERE, "slow_way.c"), "-ldl"], check=True)

    def serve(net, ms):
        with monkeypatch.context() as patch:
            patch.setenv("LD_PRELOAD", library)
            patch.setenv("SLOW_WAY_MS", str(ms))
            return Serving(net, "--alternate", SERVER2)

    return serve


@pytest.mark.parametrize("ms", [600, 1500])
def test_filtering(lab, serve, ms):
    """Packets for a filter that come when it has been opened meanwhile do not
    show that it was open."""
    net = lab(filtering="apdf")
    serving = serve(net, ms)
    found, _ = finish(begin(net.client, maximum="2s"))
    assert found["nat.filtering"]["possible"] == ["apdf"], found
    serving.stop()


@pytest.mark.parametrize("ms", [650, 2000])
def test_hairpin(lab, serve, ms):
    """A hairpin is not off because the endpoints were told too late."""
    net = lab()
    serving = serve(net, ms)
    found, _ = finish(begin(net.client, maximum="2s"))
    assert found["nat.hairpin"]["possible"] == ["external"], found
    serving.stop()


def test_told(lab, serve):
    """A connection is silent from the answer on, and so a RST that tells of
    its end comes as long after that as the timer is; those outside who meet
    it when they have spoken already have been told all the same."""
    net = lab(tcp_idle_timeout="5s", expiry_notify="both")
    serving = serve(net, 1500)
    found, _ = finish(begin(net.client, maximum="10s"))
    assert found["nat.tcp-idle-timeout"]["value"] == "5s", found
    assert found["nat.expiry-notify"]["possible"] == ["both"], found
    serving.stop()


@pytest.mark.parametrize("refresh", ["outbound", "both"])
def test_timers(lab, serve, refresh):
    """What a NAT at this end of a long way has heard, and when, is within
    what is said of the timer."""
    true = {"udp-initial-timeout": 5, "udp-timeout": 7, "tcp-idle-timeout": 6}
    net = lab(refresh=refresh, **{name.replace("-", "_"): f"{value}s"
                                  for name, value in true.items()})
    serving = serve(net, 1500)
    found, err = finish(begin(net.client, maximum="10s"))
    assert "left out" not in err and "never answered" not in err
    for name, value in true.items():
        row = found["nat." + name]
        assert (row["above"] or 0) < value <= row["at-most"], row
        assert "answers took 1" in row["text"]
    assert found["nat.refresh"]["possible"] == [refresh]
    serving.stop()

# SPDX-License-Identifier: GPL-2.0-or-later
"""carriers - what was published of their NATs' idle timers for TCP

The figures are written down here once more, apart from lapse's profiles: an
experiment that took them from the settings would believe whatever these say.
"""

from typing import NamedTuple

WECHAT = "WeChat team, about 2013"


class Carrier(NamedTuple):
    """A carrier, the profile that lapse has for it, and its timer."""

    name: str
    profile: str
    timer: int              # seconds
    known: str              # how: measured, vendor-doc or assumed
    published: str
    source: str


MEASURED = ("measured", "300 s")
ASSUMED = ("assumed", "more than 1680 s, the longest tried")

TABLE = (
    Carrier("China Mobile 2G/3G", "cn-mobile-2g3g-2013", 300, *MEASURED,
            WECHAT),
    Carrier("China Unicom 2G", "cn-unicom-2g-2013", 300, *MEASURED, WECHAT),
    Carrier("China Telecom 3G", "cn-telecom-3g-2013", 1800, *ASSUMED, WECHAT),
    Carrier("United States 3G", "us-3g-2013", 1800, *ASSUMED, WECHAT),
    Carrier("Taiwan 3G", "tw-3g-2013", 1800, *ASSUMED, WECHAT),
)
FIVE, TWENTYEIGHT = TABLE[0], TABLE[3]

# Not in WeChat's table: one that its heartbeat just copes with, and one that
# it does not.
RST255 = Carrier("a network that resets", "cell-2011-rst255", 255,
                 "measured", "an RST after 255 s", "NetPiculet, 2011")
AZURE = Carrier("Azure Private 5G Core", "private-5g-azure", 180,
                "vendor-doc", "180 s", "Microsoft Learn")


def check_timer(story, lab, carrier):
    """The profile has the published figure, and says where it is from."""
    row = lab.one("get", "nat.tcp-idle-timeout")
    how = row.get("class", row["layer"])
    story.check(lab.timer() == carrier.timer and how == carrier.known,
                f"{carrier.name}: {carrier.timer} s, {carrier.known}; "
                f"published: {carrier.published} ({carrier.source})",
                f"{carrier.name} has a timer of {row['value']} ({how}), not "
                f"{carrier.timer} s ({carrier.known})")

# SPDX-License-Identifier: GPL-2.0-or-later
"""common - what the measurements share

To be imported before the modules of tests/e2e, which it makes known.
"""

import json
import os
import sys
from statistics import median

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../e2e"))


def machine():
    """What it is, and what else it does."""
    return (f"kernel {os.uname().release}, {os.cpu_count()} processors, load "
            f"{os.getloadavg()[0]:.1f}")


def spread(values, form="{:.2f}"):
    """The median, the least and the most."""
    return (f"median {form.format(median(values))}, "
            f"{form.format(min(values))} to {form.format(max(values))}")


def ratio(what, ours, theirs):
    """The ratios of samples of the same turn, printed; and their median."""
    ratios = [a / b for a, b in zip(ours, theirs)]
    print(f"  {what}: {spread(ratios)}", flush=True)
    return median(ratios)


def gbit(text):
    """Gbit/s by what iperf3 -J has said."""
    return json.loads(text)["end"]["sum_received"]["bits_per_second"] / 1e9

# SPDX-License-Identifier: GPL-2.0-or-later
"""story - how an experiment tells what it does, and whether it was so"""

import sys
import textwrap

from lib.lab import stop_after


class Story:
    """Says, checks, and at the end sums up; the exit code tells."""

    def __init__(self, title):
        self.bad = 0
        self.seen = "nothing"
        stop_after(150)
        print(title)
        print("=" * len(title))

    @staticmethod
    def say(text):
        """Plain words, as a paragraph."""
        print("\n" + textwrap.fill(" ".join(text.split()), 78), flush=True)

    def check(self, true, what):
        """Something that must be so."""
        print(f"  {'as expected' if true else 'NOT AS EXPECTED'}: {what}",
              flush=True)
        self.bad += not true

    def end(self, seen):
        """The last line, which the table shows; does not return."""
        print(f"\nSeen: {seen}")
        print("As expected." if not self.bad else
              f"{self.bad} not as expected.")
        sys.exit(1 if self.bad else 0)

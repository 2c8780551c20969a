# SPDX-License-Identifier: GPL-2.0-or-later
"""story - how an experiment tells what it does, and whether it was so

Every check has two sentences: what must be so, and what was seen if it is not.
Whatever else goes wrong, a wait in vain or an answer that makes no sense, is
told in one line too, and where in the script it was.
"""

import os
import signal
import sys
import textwrap
import traceback

from lib.talk import Unexpected

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# No experiment hangs: wall seconds for all of it, and for its end.
LONGEST, LONGEST_END = 150, 70


class Story:
    """Says, checks, and at the end sums up; the exit code tells."""

    def __init__(self, title):
        self.wrong = []
        sys.excepthook = self.broke_off
        signal.signal(signal.SIGALRM, self.too_long)
        signal.alarm(LONGEST)
        print(title)
        print("=" * len(title))

    @staticmethod
    def say(text):
        """Plain words, as a paragraph."""
        print("\n" + textwrap.fill(" ".join(text.split()), 78), flush=True)

    def check(self, true, what, otherwise):
        """Something that must be so; otherwise, what was seen instead."""
        print(f"  as expected: {what}" if true else
              f"  NOT AS EXPECTED: {otherwise}", flush=True)
        if not true:
            self.wrong.append(otherwise)

    def end(self, seen):
        """The last lines, of which the table shows one; does not return."""
        self.sum_up(seen)
        sys.exit(1 if self.wrong else 0)

    def sum_up(self, seen):
        """What was seen: all went as it must, or what did not."""
        if self.wrong:
            seen = "; ".join(self.wrong[:2])
            if more := len(self.wrong[2:]):
                seen += f"; and {more} more"
        print(f"\nSeen: {seen}")
        print(f"{len(self.wrong)} not as expected." if self.wrong else
              "As expected.", flush=True)

    def broke_off(self, kind, value, trace):
        """In place of Python's traceback; the exit code is 1 then."""
        try:
            self.tell(kind, value, trace)
        except BrokenPipeError:
            # nobody reads any more, what is left in the buffer neither
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def tell(self, kind, value, trace):
        """What it was that broke it off, and where."""
        if issubclass(kind, KeyboardInterrupt):
            print("\nSeen: nothing, it was interrupted", flush=True)
            return
        what = str(value) if issubclass(kind, Unexpected) else \
            f"{kind.__name__}: {value}"
        print(f"  NOT AS EXPECTED: it broke off: {what}")
        for frame in traceback.extract_tb(trace):
            print(f"      {os.path.relpath(frame.filename, HERE)}, line "
                  f"{frame.lineno}: {frame.line}")
        self.wrong.append(f"it broke off: {what}")
        self.sum_up("")

    @staticmethod
    def too_long(*_):
        """The alarm: break off, and take the lab down in bounded time."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(LONGEST_END)
        raise Unexpected(f"it was not over after {LONGEST} s")

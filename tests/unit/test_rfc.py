#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/rfc.md names every requirement, and no test that does not exist

A row is `| id | level | requirement | grade | shown by |`. Then both checks are
given what they must find, for a test that never fails shows nothing.
"""

import os
import re
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))

WANTED = {
    "4787": "1 2 3 3a 4 5 6 7 8 9 10 11 12 13 14",
    "5382": "1 2 3 4 5 6 7 8 9 10",
    "5508": "1 2 3 4 5 6 7 8 9 10 11",
    "6888": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
    "7857": "2 2.1 2.2 3 4 5 6 7 7.1 8 9 10 11 12",
    "7422": "map block overflow algorithm",
    "8158": "events ipfix threshold",
    "7659": "instance exact subscriber pool",
    "4008": "notify",
    "2131": "discover selecting other-server init-reboot renewing rebinding "
            "decline release inform malformed",
    "d": "1 2 3 4 5 6 7 8 9 10 11 12 13 14",
    "ip": "ttl checksum fields udp-zero options martian icmp-when redirect "
          "atomic overlap reassembly 4884",
}
GRADES = ("pass", "by setting", "not done")


def rows(text):
    """The rows of all tables, heads and rulers left out, as lists of cells"""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and cells[0] not in ("id", "---"):
            yield cells


def exists(name):
    """Whether `path` or `path::function` is a test of this tree"""
    path, _, function = name.partition("::")
    full = os.path.join(ROOT, path)
    if not path.startswith("tests/") or not os.path.isfile(full):
        return False
    if not function:
        return True
    with open(full, encoding="utf-8") as file:
        return re.search(rf"^def {re.escape(function)}\(", file.read(),
                         re.M) is not None


def judge(text):
    """What is wrong with a table, as lines"""
    wrong = []
    seen = set()
    for cells in rows(text):
        if len(cells) != 5:
            wrong.append(f"{cells[0]}: {len(cells)} cells, not 5")
            continue
        name, _, _, grade, shown = cells
        if name in seen:
            wrong.append(f"{name}: twice")
        seen.add(name)
        if not grade.startswith(GRADES):
            wrong.append(f"{name}: graded {grade!r}")
        if grade.startswith("not done") and len(grade) < 20:
            wrong.append(f"{name}: no reason")
        tests = [test.strip() for test in shown.split(",") if test.strip()]
        if not tests and not grade.startswith("not done"):
            wrong.append(f"{name}: shown by nothing")
        wrong += [f"{name}: there is no {test}" for test in tests
                  if not exists(test)]
    for rfc, ids in WANTED.items():
        wrong += [f"{rfc}-{part}: missing" for part in ids.split()
                  if f"{rfc}-{part}" not in seen]
    return wrong


def main():
    with open(os.path.join(ROOT, "docs/rfc.md"), encoding="utf-8") as file:
        text = file.read()
    checks = {"table": judge(text)}
    broken = {
        "a missing row": text.replace("| 4787-9 |", "| 4787-99 |"),
        "a missing test": text.replace("rfc4787-req-9.replay",
                                       "rfc4787-req-99.replay"),
        "a missing function": text.replace("::test_udp,", "::test_upd,")
                                  .replace("::test_udp |", "::test_upd |"),
        "no grade": text.replace("| pass |", "| good |", 1),
    }
    for what, bad in broken.items():
        checks[f"finds {what}"] = [] if judge(bad) else ["not found"]
    failed = 0
    for name, wrong in checks.items():
        failed += bool(wrong)
        for line in wrong:
            print(f"{name}: {line}")
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

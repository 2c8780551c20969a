#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tools/check counts what happened, and nothing bad counts as good

Each case is a small program, run by the real runner: what it is counted as
must be what it was.
"""

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import re
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))

CASE = '<testcase name="{}">{}</testcase>'
SUITES = "<testsuites><testsuite>{}</testsuite></testsuites>"


def load():
    """tools/check as a module, with its logs in a folder of our own."""
    path = os.path.join(ROOT, "tools", "check")
    loader = importlib.machinery.SourceFileLoader("check", path)
    spec = importlib.util.spec_from_loader("check", loader)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def run(check, script, kind="plain", timeout=60):
    """Run a shell script as a job: the job, and the summary's lines."""
    runner = check.Runner()
    job = check.Job("unit", "case", ["sh", "-c", script], {}, timeout, kind)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        runner.run_all([job], 1)
        code = check.summary(runner, 0)
    return job, code, out.getvalue().splitlines()


def xml(*cases):
    """A script that leaves this report as a cmocka program would."""
    text = SUITES.format("".join(CASE.format(*c) for c in cases))
    return ("f=$(echo \"$CMOCKA_XML_FILE\" | sed s/%g/group/);"
            f"echo '{text}' > \"$f\";")


BAD = "<failure>no</failure>"

# script, kind, passed, failed, skips
CASES = (
    ("exit 0", "plain", 1, 0, 0),
    ("exit 3", "plain", 0, 1, 0),
    ("kill -SEGV $$", "plain", 0, 1, 0),
    ("echo '4 passed, 0 failed'", "plain", 4, 0, 0),
    ("echo '4 passed, 2 failed'; exit 1", "plain", 4, 2, 0),
    # a leak at the end, after all tests were good
    ("echo '4 passed, 0 failed'; exit 86", "plain", 4, 1, 0),
    ("echo '0 passed, 0 failed'", "plain", 0, 1, 0),
    ("exit 77", "plain", 0, 1, 0),
    ("echo 'skipped: x: no such tool'; exit 77", "plain", 0, 0, 1),
    ("echo 'vm: skipped: no kernel'; exit 77", "plain", 0, 0, 1),
    ("echo '1 passed, 0 failed, 1 skipped'", "plain", 1, 1, 0),
    (xml(("a", ""), ("b", "")), "cmocka", 2, 0, 0),
    (xml(("a", ""), ("b", BAD)) + "exit 1", "cmocka", 1, 1, 0),
    (xml(("a", "")) + "exit 86", "cmocka", 1, 1, 0),
    (xml(("a", ""), ("b", "<skipped/>")), "cmocka", 1, 1, 0),
    (xml(("a", ""), ("b", "<skipped/>")) + "echo skipped: b: why",
     "cmocka", 1, 0, 1),
    ("exit 0", "cmocka", 0, 1, 0),
    ("echo '<testsuites>' > $(echo $CMOCKA_XML_FILE | sed s/%g/g/)",
     "cmocka", 0, 1, 0),
    ("exit 5", "pytest", 0, 1, 0),
)


def test_counts(check):
    """Each case counts as it should, and the closing line agrees."""
    for script, kind, passed, failed, skips in CASES:
        job, code, lines = run(check, script, kind)
        got = (job.passed, job.failed, len(job.skips))
        assert got == (passed, failed, skips), f"{script}: {got} {job.problems}"
        assert lines[-1] == f"{passed} passed, {failed} failed", lines[-1]
        assert code == (0 if passed and not failed else 1), script
        closing = [x for x in lines if re.match(r"\d+ passed, \d+ failed$", x)]
        assert len(closing) == 1, lines
        named = [x for x in lines if x.startswith("skipped: ")]
        assert len(named) == skips, lines


def alive(pid):
    """Whether a process runs: not ended, nor only not waited for yet."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_hanging_job_is_ended(check):
    """What does not end is ended, with its children, and has failed."""
    with tempfile.NamedTemporaryFile("r") as f:
        job, _, _ = run(check, f"sleep 600 & echo $! > {f.name}; wait",
                        timeout=1)
        child = int(f.read())
    assert (job.passed, job.failed) == (0, 1), job.problems
    limit = time.monotonic() + 30
    while alive(child):
        assert time.monotonic() < limit, child


def test_missing_program_fails(check):
    """A program that was not built is a failure, not an empty success."""
    runner = check.Runner()
    with contextlib.redirect_stdout(io.StringIO()):
        runner.run(check.Job("unit", "gone", ["/nonexistent/program"]))
    assert runner.jobs[0].failed == 1


def test_sanitizer_report_fails(check):
    """A report that a killed daemon left behind is a failure."""
    with tempfile.TemporaryDirectory() as folder:
        prefix = os.path.join(folder, "sanitizer")
        with open(prefix + ".123", "w", encoding="ascii") as f:
            f.write("ERROR: AddressSanitizer\n")
        runner = check.Runner()
        job = check.Job("unit", "san", ["true"], after=lambda j:
                        check.sanitizer_reports(j, prefix))
        with contextlib.redirect_stdout(io.StringIO()):
            runner.run(job)
    assert job.failed == 1, job.problems


def main():
    """Run the tests of this file."""
    passed = failed = 0
    check = load()
    with tempfile.TemporaryDirectory() as folder:
        for name, test in list(globals().items()):
            if not name.startswith("test_"):
                continue
            check.LOG = os.path.join(folder, name)
            try:
                test(check)
                passed += 1
                print(f"ok: {name}")
            except (AssertionError, OSError, ValueError) as e:
                failed += 1
                print(f"FAILED: {name}: {e}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

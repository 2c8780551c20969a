# SPDX-License-Identifier: GPL-2.0-or-later
"""conftest - a lab for each test that asks for one, and nothing left of it"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import lab as labs  # noqa: E402  pylint: disable=wrong-import-position
import runs  # noqa: E402  pylint: disable=wrong-import-position

# tools/check names the ring's own folder
LOGS = os.environ.get("LAPSE_LOGS") or os.path.join(
    labs.SOURCE, os.environ.get("O", "build"), "log", "e2e")


def pytest_configure(config):
    """The marks that tests use."""
    config.addinivalue_line("markers", "long: takes a minute; starts first")


def pytest_collection_modifyitems(items):
    """What takes longest first, or one worker is left alone with it."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_terminal_summary(terminalreporter):
    """Figures that tests leave behind; a worker's own output is lost."""
    for report in terminalreporter.stats.get("", []):
        for name, value in report.user_properties:
            if name == "figures":
                terminalreporter.write_line("\n" + value)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Let fixtures know how the test went."""
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.failed = report.failed


@pytest.fixture
def lab(request):
    """A function that makes labs; they end with the test."""
    made = []
    name = re.sub(r"[^\w.-]+", "-", request.node.name)
    keep = os.path.join(LOGS, f"{request.node.path.stem}.{name}")
    shutil.rmtree(keep, ignore_errors=True)

    def make(**how):
        made.append(labs.Lab(keep, **how))
        return made[-1]

    yield make
    for one in made:
        one.failed = one.failed or getattr(request.node, "failed", True)
        one.close()


def rules():
    """Rules of ours in the namespace of the tests themselves."""
    found = ""
    for tool in ("iptables-save", "nft list ruleset"):
        try:
            found += subprocess.run(tool.split(), text=True, check=False,
                                    capture_output=True).stdout
        except FileNotFoundError:
            continue
    return sorted(line for line in found.splitlines()
                  if "lapse" in line.lower())


def switches():
    """The sysctls that lapsed changes, in that namespace."""
    paths = ["ip_forward", "ip_local_port_range",
             "conf/all/send_redirects", "conf/all/rp_filter"]
    return [open("/proc/sys/net/ipv4/" + p, encoding="ascii").read()
            for p in paths]


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left():
    """
    Fails the run if a process, a rule or a changed sysctl stays behind.

    Each worker looks after its own labs; what it sees of the others lives in
    namespaces that are not the tests' own.
    """
    before = rules(), switches()
    yield
    assert not labs.leftovers()
    assert (rules(), switches()) == before


@pytest.fixture(scope="session")
def programs():
    """A folder with copies of the programs that any user can read."""
    with tempfile.TemporaryDirectory(prefix="lapse-runs-") as folder:
        os.chmod(folder, 0o755)
        runs.copy_programs(folder)
        yield folder


@pytest.fixture
def root(programs):
    """Root, who runs lapse; nothing of it may be left."""
    who = runs.Who(programs, 0)
    yield who
    who.end()


@pytest.fixture
def user(programs):
    """An ordinary user."""
    who = runs.Who(programs, runs.USER)
    yield who
    who.end()


@pytest.fixture(params=["root", "user"])
def who(request):
    """Each of the two."""
    return request.getfixturevalue(request.param)

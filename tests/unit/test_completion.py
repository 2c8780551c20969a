#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse completion: what bash offers, and that zsh's is no nonsense"""

import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
LAPSE = os.path.join(os.environ.get("LAPSE_BUILD",
                                    os.path.join(ROOT, "build")), "lapse")


def run(*argv):
    """Run a program that must succeed: its output."""
    return subprocess.run(argv, capture_output=True, text=True, timeout=60,
                          check=True).stdout


def offered(*words):
    """What bash would offer for the last of these words."""
    script = ('source <("$0" completion bash); COMP_WORDS=("$@"); '
              'COMP_CWORD=$(($# - 1)); _lapse; printf "%s\\n" '
              '"${COMPREPLY[@]}"')
    return run("bash", "-c", script, LAPSE, "lapse", *words).split()


def commands():
    """The names that `lapse help` lists."""
    return re.findall(r"^  ([a-z]+) ", run(LAPSE, "help"), re.M)


def test_commands():
    assert len(commands()) > 15
    assert set(commands()) <= set(offered(""))
    assert offered("rep") == ["report"]
    assert offered("--js") == ["--json"]


def test_words_of_commands():
    assert offered("clock", "f") == ["freeze"]
    assert offered("--socket", "x", "clock", "a") == ["advance"]
    assert offered("--json", "profile", "u") == ["use"]
    assert offered("report", "--c") == ["--client"]
    assert offered("sessions", "pro") == ["protocol="]
    assert offered("fault", "blackhole-i") == ["blackhole-in"]
    assert offered("wait", "session-c") == ["session-created"]
    assert set(commands()) <= set(offered("help", ""))


def test_every_option_of_the_help():
    """What `lapse help COMMAND` shows as an option is offered, once."""
    for command in commands():
        text = run(LAPSE, "help", command)
        shown = re.findall(r"--[a-z-]+", text.split("\n\n")[0])
        shown += re.findall(r"^--[a-z-]+", text, re.M)
        words = offered(command, "--")
        for option in shown:
            assert option in words, (command, option)
        assert len(words) == len(set(words)), command
    assert offered("exec", "--beh") == ["--behind"]
    assert offered("lab", "--na") == ["--name"]


def test_zsh():
    text = run(LAPSE, "completion", "zsh")
    assert text.startswith("#compdef lapse\n")
    assert all(f"\t{c}) list=(" in text for c in commands())
    if shutil.which("zsh"):
        run("zsh", "-n", "-c", text)


def test_mistakes():
    for words in ([], ["fish"], ["bash", "zsh"]):
        done = subprocess.run([LAPSE, "completion", *words], check=False,
                              capture_output=True, timeout=60)
        assert done.returncode == 2 and not done.stdout


def main():
    """Run every test; say which failed."""
    passed = failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            passed += 1
            print(f"ok: {name}")
        except (AssertionError, OSError,
                subprocess.SubprocessError) as error:
            failed += 1
            print(f"FAILED: {name}: {error!r}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

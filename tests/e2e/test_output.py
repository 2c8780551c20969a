# SPDX-License-Identifier: GPL-2.0-or-later
"""lapse where its output cannot be written: it says so, and ends"""

import pytest

NO_OUTPUT = ["> /dev/full", ">&-"]


@pytest.mark.parametrize("output", NO_OUTPUT)
@pytest.mark.parametrize("command", [
    "events --follow", "events --follow --json", "watch --interval 100ms"])
def test_what_goes_on(user, command, output):
    """What has no end of its own does not go on for nobody."""
    done = user.exec("--", "sh", "-c", f"""
        timeout 10 "$0" {command} {output} &
        for i in 1 2 3 4 5 6 7 8 9; do "$0" clock advance 1s > at; done
        while kill -0 $! 2> at; do "$0" clock advance 1s > at; done
        wait $!""", user.lapse, code=1)
    assert done.stderr.splitlines()[-1] == \
        "lapse: the output cannot be written"


@pytest.mark.parametrize("output", NO_OUTPUT)
@pytest.mark.parametrize("command", [
    "status", "sessions", "doctor --json", "profile list", "help",
    "completion bash"])
def test_what_ends(user, command, output):
    """And what does is no success."""
    done = user.exec("--", "sh", "-c", f'"$0" {command} {output}', user.lapse,
                     code=1)
    assert "the output cannot be written" in done.stderr

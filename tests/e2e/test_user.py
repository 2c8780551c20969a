# SPDX-License-Identifier: GPL-2.0-or-later
"""An ordinary user, in a user namespace: no root anywhere

The programs are copied where such a user can read them. What runs there is
the same lab, from as_user.py.
"""

import os
import shutil
import subprocess
import tempfile

import pytest

import lab as labs
from host import SLOW, die_with_parent

NOBODY = "65534"
HERE = os.path.dirname(os.path.abspath(__file__))


def copy_tree(to):
    """Programs, profiles and the harness, readable for all."""
    build = os.path.join(to, "build")
    os.makedirs(build)
    for name in ("lapsed", "lapse"):
        shutil.copy(os.path.join(labs.BUILD, name), build)
    shutil.copytree(os.path.join(labs.SOURCE, "conf", "profiles"),
                    os.path.join(to, "conf", "profiles"))
    shutil.copytree(HERE, os.path.join(to, "tests", "e2e"),
                    ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["chmod", "-R", "a+rX", to], check=True)


@pytest.mark.skipif("LAPSE_VALGRIND" in os.environ,
                    reason="the wrapper's log belongs to root")
def test_basic_traffic():
    """TCP, UDP, ping and a lapse, and the same exit codes."""
    with tempfile.TemporaryDirectory(prefix="lapse-user-") as folder:
        os.chmod(folder, 0o755)
        copy_tree(folder)
        work = os.path.join(folder, "tmp")
        os.mkdir(work)
        os.chmod(work, 0o777)
        done = subprocess.run(
            ["setpriv", "--reuid", NOBODY, "--regid", NOBODY,
             "--clear-groups", "unshare", "--user", "--map-root-user",
             "--net", "--mount", "--", "sh", "-c",
             "mount -t tmpfs tmpfs /run && exec /usr/bin/python3 "
             f"{folder}/tests/e2e/as_user.py"],
            env=dict(os.environ, LAPSE_SOURCE=folder, TMPDIR=work,
                     LAPSE_BUILD=os.path.join(folder, "build"),
                     PYTHONDONTWRITEBYTECODE="1"),
            capture_output=True, text=True, timeout=60 * SLOW, check=False,
            cwd=folder, preexec_fn=die_with_parent)
        print(done.stdout + done.stderr)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "all done"
        assert not os.listdir(work)

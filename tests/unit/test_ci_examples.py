#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples for CI: well-formed, and their shell does what is meant

No engine runs them here; tests/e2e/test_ci_examples.py runs their commands.
"""

import glob
import os
import re
import subprocess
import sys
import tempfile

import yaml

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
BUILD = os.environ.get("LAPSE_BUILD", os.path.join(ROOT, "build"))
CI = os.path.join(ROOT, "docs", "ci")
ACTION = os.path.join(ROOT, "action.yml")
WORKFLOW = os.path.join(CI, "github-workflow.yml")
COMPOSE = os.path.join(CI, "docker-compose.yml")
EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
DEV = re.compile(r"/(work|home|Users)/\w|\b\w+\.(com|org|io|net)\b")

skipped = []


class Skip(Exception):
    """A test that cannot be made, and why."""


def load(path):
    """A YAML file; a key given twice is an error."""
    class Loader(yaml.SafeLoader):
        """Strict about keys."""

    def mapping(loader, node):
        keys = [k.value for k, _ in node.value]
        assert len(keys) == len(set(keys)), f"{path}: {keys}"
        return yaml.SafeLoader.construct_mapping(loader, node, deep=True)

    Loader.add_constructor("tag:yaml.org,2002:map", mapping)
    # YAML 1.1 would take the key `on` for a boolean
    Loader.yaml_implicit_resolvers = {
        key: [(tag, expr) for tag, expr in pairs
              if tag != "tag:yaml.org,2002:bool" or key not in "oO"]
        for key, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()}
    with open(path, encoding="utf-8") as f:
        return yaml.load(f, Loader)


def shell(script):
    """A script passes bash -n and shellcheck; GitHub's words are names."""
    script = "set -eo pipefail\n" + EXPRESSION.sub("expression", script)
    for argv in (["bash", "-n"], ["shellcheck", "-s", "bash", "-"]):
        done = subprocess.run(argv, input=script, text=True, check=False,
                              capture_output=True, timeout=60)
        assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"


def run(*argv):
    """A program: exit code and output."""
    done = subprocess.run(argv, text=True, capture_output=True, check=False,
                          timeout=60, env=dict(
                              os.environ, LAPSE_PROFILE_PATH=os.path.join(
                                  ROOT, "conf", "profiles")))
    return done.returncode, done.stdout + done.stderr


def steps():
    """The steps of the action that run a shell."""
    return [s for s in load(ACTION)["runs"]["steps"] if "run" in s]


def with_action():
    """What the example workflow gives to the action."""
    for step in load(WORKFLOW)["jobs"]["heartbeat"]["steps"]:
        if step.get("uses", "").startswith("OWNER/lapse@"):
            return step["with"]
    raise AssertionError("the workflow does not use the action")


def matrix():
    """The profiles of the workflow."""
    return load(WORKFLOW)["jobs"]["heartbeat"]["strategy"]["matrix"]["profile"]


def test_action():
    """Inputs are used, and only those that exist; steps are whole."""
    action = load(ACTION)
    assert action["runs"]["using"] == "composite"
    assert set(action) == {"name", "description", "inputs", "runs"}
    used = set()
    ids = set()
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash" and step["name"]
        shell(step["run"])
        # never in the script itself: a command's quotes would be shell's
        assert not EXPRESSION.search(step["run"]), step["name"]
        for name, value in step.get("env", {}).items():
            assert re.search(rf"\$\{{?{name}\b", step["run"]), name
            words = EXPRESSION.fullmatch(value)[1].split(".")
            if words[0] == "inputs":
                used.add(words[1])
            elif words[0] == "steps":
                assert words[1] in ids and words[2] == "outputs"
            else:
                assert words == ["github", "server_url"]
        ids.add(step.get("id"))
    assert used == set(action["inputs"])
    for name, one in action["inputs"].items():
        assert one["description"]
        assert ("default" in one) != one.get("required", False), name


def call(**inputs):
    """The words that the action's last step runs lapse with."""
    env = {"COMMAND": "true", "PROFILE": "rfc-compliant", "WAN": "isolated",
           "SETTINGS": "", "SERVER": "", "REPORT": "", "PCAP": "", **inputs}
    assert set(env) == set(steps()[-1]["env"])
    with tempfile.TemporaryDirectory() as folder:
        fake = os.path.join(folder, "lapse")
        with open(fake, "w", encoding="ascii") as f:
            f.write("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
        os.chmod(fake, 0o755)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c",
             steps()[-1]["run"]], check=True, text=True, timeout=60,
            capture_output=True,
            env=dict(env, PATH=f"{folder}:{os.environ['PATH']}"))
    return done.stdout.split("\0")[:-1]


def test_call():
    """Each input becomes the option meant, whatever is in it."""
    behind = ["--", "bash", "-euo", "pipefail", "-c"]
    assert call() == ["exec", "--profile", "rfc-compliant", "--wan",
                      "isolated", *behind, "true"]
    assert call(COMMAND="a 'b'\n$c", PROFILE="us-3g-2013", WAN="host",
                SETTINGS="nat.udp-timeout=7s\n\nclients.a b.match=x\n",
                SERVER="socat - 'x y'", REPORT="r t", PCAP="p") == [
        "exec", "--profile", "us-3g-2013", "--wan", "host",
        "--set", "nat.udp-timeout=7s", "--set", "clients.a b.match=x",
        "--server", "socat - 'x y'", "--report", "r t", "--pcap", "p",
        *behind, "a 'b'\n$c"]


def test_options_exist():
    """lapse has the commands and options that the examples use."""
    lapse = os.path.join(BUILD, "lapse")
    listed = re.findall(r"^  ([a-z]+) ", run(lapse, "help")[1], re.M)
    assert "doctor" in listed
    scripts = [s["run"] for s in steps()] + [with_action()["command"]]
    scripts += load(COMPOSE)["services"]["client"]["command"][-1:]
    used = {}
    for script in scripts:
        # what `args` holds goes to exec
        for line in re.findall(r"(?:^|\s)(?:lapse (\w+)|args\+?=\()(.*)",
                               script, re.M):
            words = re.sub(r"\s-- .*", "", line[1])
            used.setdefault(line[0] or "exec", set()).update(
                re.findall(r"(?<!\S)--[a-z]+", words.replace("(", " ")))
    assert used["exec"] == {"--profile", "--wan", "--set", "--server",
                            "--report", "--pcap"}
    assert set(used) >= {"doctor", "clock", "report"}
    missing = set(used) - set(listed)
    for command in set(used) & set(listed):
        _, text = run(lapse, "help", command)
        for option in used[command]:
            assert option in text, f"lapse help {command}: no {option}"
    if missing:
        raise Skip(f"this lapse has no {', '.join(sorted(missing))}")


def test_workflow():
    """Its inputs are the action's, its profiles exist, its shell is sound."""
    flow = load(WORKFLOW)
    assert set(flow) == {"name", "on", "permissions", "jobs"}
    given = with_action()
    assert set(given) <= set(load(ACTION)["inputs"])
    assert EXPRESSION.fullmatch(given["profile"])[1] == "matrix.profile"
    shell(given["command"])
    shell(given["server"])
    for step in flow["jobs"]["heartbeat"]["steps"]:
        shell(step.get("run", ""))
    for profile in matrix():
        assert os.path.exists(os.path.join(ROOT, "conf", "profiles",
                                           profile + ".yaml")), profile


def test_settings():
    """lapsed takes the router's settings, and the workflow's over each."""
    lapsed = os.path.join(BUILD, "lapsed")
    path = os.path.join(CI, "lapse.yaml")
    code, text = run(lapsed, "--check", "-c", path)
    assert code == 0, text
    assert "cn-mobile-2g3g-2013" in text
    lines = with_action()["settings"].split()
    assert len(lines) == 2
    for profile in matrix():
        settings = load(path)
        settings["profile"] = profile
        for line in lines:
            key, value = line.split("=", 1)
            section, name = key.split(".")
            settings.setdefault(section, {})[name] = value
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            yaml.safe_dump(settings, f)
            f.flush()
            code, text = run(lapsed, "--check", "-c", f.name)
        assert code == 0, text
        assert re.search(r"udp-timeout: *60s", text), text


def test_compose():
    """Names that are used are there; addresses fit; the files exist."""
    compose = load(COMPOSE)
    services = compose["services"]
    assert set(services) == {"router", "server", "client"}
    for name, service in services.items():
        build = service["build"]
        top = os.path.normpath(os.path.join(CI, build["context"]))
        assert top == ROOT
        assert os.path.exists(os.path.join(top, build["dockerfile"]))
        for other in service.get("depends_on", {}):
            assert other in services
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]
        for net, how in service["networks"].items():
            ipam, = compose["networks"][net]["ipam"]["config"]
            prefix = ipam["subnet"].rsplit(".", 1)[0] + "."
            assert how["ipv4_address"].startswith(prefix), name
            assert how["ipv4_address"] != ipam["gateway"], name
    assert set(services["router"]["networks"]) == {"lan", "wan"}
    # compose takes $$ for $
    shell(services["client"]["command"][-1].replace("$$", "$"))
    assert "$answer" not in services["client"]["command"][-1].replace("$$", "")
    assert re.match(r"lan:\n  - .*address: 192\.168\.77\.1/24", "".join(
        re.findall(r"^lan:\n.*", open(os.path.join(
            CI, "lapse.yaml"), encoding="ascii").read(), re.M)))


def test_dockerfile():
    """What it copies and calls is in the tree; its shell is sound."""
    with open(os.path.join(CI, "Dockerfile"), encoding="ascii") as f:
        text = f.read().replace("\\\n", "")
    for source in re.findall(r"^COPY (\S+) ", text, re.M):
        assert os.path.exists(os.path.join(ROOT, source)), source
    for script in re.findall(r"^RUN (.*)", text, re.M):
        shell(script)
        for group in re.search(r"tools/deps ([\w ]+)", script)[1].split():
            assert os.path.exists(os.path.join(ROOT, "tools/packages", group))
    assert os.access(os.path.join(CI, "router.sh"), os.X_OK)


def test_no_strange_names():
    """No host of the network, no path of one machine."""
    for path in [ACTION, *glob.glob(os.path.join(CI, "*"))]:
        with open(path, encoding="utf-8") as f:
            assert not DEV.search(f.read()), path


def test_readme():
    """It has the action's inputs, and links to what is there."""
    with open(os.path.join(CI, "README.md"), encoding="utf-8") as f:
        text = f.read()
    rows = " ".join(re.findall(r"^\| (`[^|]*`) \|", text, re.M))
    assert set(re.findall(r"`(\w+)`", rows)) == set(load(ACTION)["inputs"])
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert os.path.exists(os.path.join(CI, link)), link


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
        except Skip as why:
            skipped.append(name)
            print(f"skipped: {name}: {why}")
        except (AssertionError, OSError, KeyError, yaml.YAMLError,
                subprocess.SubprocessError) as error:
            failed += 1
            print(f"FAILED: {name}: {error!r}")
    print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: GPL-2.0-or-later
"""dhcp_client - dhclient and udhcpc, kept away from the host

Their own scripts write the host's /etc/resolv.conf, in a network namespace
too. So they run with a script of ours (dhcp_script.sh), and in a mount
namespace where /etc/resolv.conf, /var/lib/dhcp and /run are their own.
"""

import os
import signal
import subprocess

from host import HERE, SLOW, poll

SCRIPT = os.path.join(HERE, "dhcp_script.sh")


def serve(lab, clients=1, **words):
    """
    A lab whose clients have no address yet, and whose lapsed has DHCP.

    words     settings below `dhcp`, with _ for -
    """
    made = lab(clients=clients, start=False)
    for host in made.clients:
        host.ip("address flush dev eth0")
    made.settings["dhcp"] = {
        "range": "192.168.77.50-192.168.77.99", "dns": "192.0.2.53",
        "lease-file": made.path("leases"),
        **{k.replace("_", "-"): v for k, v in words.items()}}
    made.start()
    return made


class Client:
    """A DHCP client on a host's eth0; what it told the script is `said`."""

    def __init__(self, lab, host, name):
        self.lab, self.host = lab, host
        self.dir = lab.path(f"{name}-{host.name}")
        for folder in ("", "lib", "run"):
            os.makedirs(os.path.join(self.dir, folder), exist_ok=True)
        for file in ("resolv.conf", "said", "out"):
            with open(self.path(file), "a", encoding="ascii"):
                pass
        self.proc = None

    def path(self, name):
        """A file of the client's."""
        return os.path.join(self.dir, name)

    def start(self, *argv):
        """Run it until stop()."""
        inside = "\n".join((
            "set -e",
            f"mount --bind {self.path('resolv.conf')} /etc/resolv.conf",
            "mkdir -p /var/lib/dhcp 2>/dev/null || :",
            "[ ! -d /var/lib/dhcp ] || "
            f"mount --bind {self.path('lib')} /var/lib/dhcp",
            f"mount --bind {self.path('run')} /run",
            'exec "$@"'))
        with open(self.path("out"), "a", encoding="utf-8") as out:
            self.proc = self.host.start(
                "unshare", "--mount", "--", "sh", "-c", inside, "sh", *argv,
                env=dict(os.environ, SAID=self.path("said"),
                         LC_ALL="C"),
                stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def tell(self, number):
        """Send a signal to the client itself."""
        self.proc.send_signal(number)

    def stop(self, how=signal.SIGKILL):
        """End it; it has no chance to tell the server."""
        self.proc.send_signal(how)
        code = self.proc.wait(10 * SLOW)
        self.proc = None
        return code

    def said(self):
        """What it has told the script: a list of dicts."""
        with open(self.path("said"), encoding="utf-8") as f:
            return [dict(word.split("=", 1) for word in line.split())
                    for line in f if line.endswith("\n")]

    def reasons(self):
        """The `reason` of each."""
        return [row["reason"] for row in self.said()]

    def wait(self, reason, count=1, timeout=20):
        """Until the script was told so often; the last such row."""
        def there():
            rows = [r for r in self.said() if r["reason"] == reason]
            return rows[count - 1:] if len(rows) >= count else None
        return poll(there, timeout, f"{reason} x{count}: {self.output()}")[0]

    def output(self):
        """What it has printed, its end."""
        with open(self.path("out"), encoding="utf-8") as f:
            return f.read()[-2000:]

    def names(self):
        """What its /etc/resolv.conf has."""
        with open(self.path("resolv.conf"), encoding="ascii") as f:
            return f.read()

    def address(self):
        """The interface's address, or None."""
        shown = self.host.run("ip", "-4", "-o", "address", "show", "dev",
                              "eth0").stdout.split()
        return shown[3].split("/")[0] if len(shown) > 3 else None


class Dhclient(Client):
    """ISC dhclient: T1, T2, INIT-REBOOT from its lease file."""

    def __init__(self, lab, host, config=""):
        super().__init__(lab, host, "dhclient")
        with open(self.path("dhclient.conf"), "w", encoding="ascii") as f:
            f.write("timeout 60;\nretry 1;\ninitial-interval 1;\n"
                    "backoff-cutoff 2;\nreboot 10;\n"
                    "request subnet-mask, routers, domain-name-servers, "
                    "domain-name;\n" + config)

    def arguments(self):
        """What all calls have in common."""
        return ("-4", "-d", "-v", "-cf", self.path("dhclient.conf"),
                "-lf", self.path("leases"), "-pf", self.path("pid"),
                "-sf", SCRIPT, "-e", f"SAID={self.path('said')}")

    def run(self):
        """Get a lease, or keep it, until stop()."""
        self.start("dhclient", *self.arguments(), "eth0")

    def release(self):
        """Give it back, and end."""
        self.start("dhclient", *self.arguments(), "-r", "eth0")
        assert self.proc.wait(30 * SLOW) == 0, self.output()


class Udhcpc(Client):
    """BusyBox's; renews when told to, knows no INIT-REBOOT."""

    def __init__(self, lab, host):
        super().__init__(lab, host, "udhcpc")

    def run(self, *options):
        """Get a lease and keep it until stop()."""
        self.start("udhcpc", "-f", "-i", "eth0", "-s", SCRIPT, "-t", "10",
                   "-T", "1", "-A", "1", *options)

    def renew(self):
        """Now."""
        self.tell(signal.SIGUSR1)

    def release(self):
        """Give it back; it goes on to run."""
        self.tell(signal.SIGUSR2)

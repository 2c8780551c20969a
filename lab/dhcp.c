// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp - let a client of a lab ask for its address, by a client of Debian's
 */
#include "lab/dhcp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include "lab/mounts.h"
#include "lab/patience.h"
#include "lab/say.h"
#include "lab/spawn.h"

/* The address is there by then, or it will not be. */
#define BOUND_MS 30000

/* A path below MOUNTS_DIR, with a host's name in it. */
enum { PATH_BYTES = 64 };

/*
 * dhclient tells by $reason and new_... in the environment, udhcpc by $1. The
 * file $bound says that there is an address; resolv.conf is left alone, for the
 * lab's names are looked up in files. A line before this sets $bound: dhclient
 * hands no environment on.
 */
static const char script[] =
	"PATH=/usr/sbin:/sbin:/usr/bin:/bin\n"
	"if [ $# -gt 0 ]; then\n"
	"	reason=$1 address=$ip bits=$mask route=$router\n"
	"else\n"
	"	address=$new_ip_address bits=$new_subnet_mask\n"
	"	route=$new_routers\n"
	"fi\n"
	"case $reason in\n"
	"BOUND | RENEW | REBIND | REBOOT | bound | renew)\n"
	"	ip -4 address show dev $interface | grep -q \"inet $address/\" "
	"||\n"
	"	{\n"
	"		ip -4 address flush dev $interface\n"
	"		ip address add $address/$bits dev $interface\n"
	"	}\n"
	"	for one in $route; do\n"
	"		ip route replace default via $one dev $interface\n"
	"		break\n"
	"	done\n"
	"	: > $bound\n"
	"	;;\n"
	"PREINIT)\n"
	"	ip link set $interface up\n"
	"	;;\n"
	"EXPIRE | FAIL | RELEASE | STOP | deconfig)\n"
	"	ip -4 address flush dev $interface\n"
	"	ip link set $interface up\n"
	"	;;\n"
	"esac\n";

/** find() - the first of the two that is installed; NULL if none is */
static const char *find(bool *isc)
{
	static const char *const paths[] = {
		"/usr/sbin/dhclient", "/sbin/dhclient", "/usr/sbin/udhcpc",
		"/sbin/udhcpc", "/usr/bin/udhcpc"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		*isc = strstr(paths[i], "dhclient") != NULL;
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	}
	return NULL;
}

/** write_script() - of a host; 0, or a negative errno after a message */
static int write_script(const char *path, const char *bound)
{
	char text[sizeof(script) + 2 * PATH_BYTES];

	snprintf(text, sizeof(text), "#!/bin/sh\nbound=%s\n%s", bound, script);
	return mounts_write(path, text, 0755);
}

/** start() - the client; its number, or a negative errno */
static pid_t start(const struct lab *lab, const struct lab_host *host,
		   const char *program, bool isc, const char *action)
{
	char leases[PATH_BYTES], pid[PATH_BYTES];
	const char *const dhclient[] = {program, "-4",	 "-d",	 "-q",
					"-sf",	 action, "-lf",	 leases,
					"-pf",	 pid,	 "eth0", NULL};
	const char *const udhcpc[] = {program, "-f", "-i", "eth0", "-s", action,
				      "-t",    "10", "-T", "1",	   NULL};
	FILE *quiet = fopen("/dev/null", "r+e");
	int null = quiet ? fileno(quiet) : -1;
	const struct spawn what = {
		.argv = isc ? dhclient : udhcpc,
		.host = host,
		.in = null,
		.out = null,
		.err = null,
		.apart = true,
		.named = true,
	};
	pid_t number;

	snprintf(leases, sizeof(leases), MOUNTS_DIR "/%s.leases", host->name);
	snprintf(pid, sizeof(pid), MOUNTS_DIR "/%s.pid", host->name);
	number = spawn(lab, &what);
	if (quiet)
		fclose(quiet);
	return number;
}

/** bound_path() - what is there once a host has its address */
static void bound_path(const struct lab_host *host,
		       char path[static PATH_BYTES])
{
	snprintf(path, PATH_BYTES, MOUNTS_DIR "/%s.bound", host->name);
}

/** begin() - let a host ask; the client's number, or a negative errno */
static pid_t begin(const struct lab *lab, const struct lab_host *host,
		   const char *program, bool isc)
{
	char bound[PATH_BYTES], action[PATH_BYTES];
	int error;

	bound_path(host, bound);
	snprintf(action, sizeof(action), MOUNTS_DIR "/%s.script", host->name);
	error = write_script(action, bound);
	return error ? error : start(lab, host, program, isc, action);
}

/** await() - until a host has its address; 0, or a negative errno */
static int await(const struct lab_host *host, const char *program, pid_t pid,
		 int64_t until)
{
	char bound[PATH_BYTES];

	bound_path(host, bound);
	do {
		if (access(bound, F_OK) == 0)
			return 0;
	} while (waitpid(pid, NULL, WNOHANG) != pid && patience_lasts(until));
	say_error("%s has got no address on %s", program, host->name);
	return -ETIMEDOUT;
}

int dhcp_start(const struct lab *lab)
{
	pid_t pids[LAB_CLIENTS_MAX];
	unsigned n = lab->spec->clients;
	bool isc;
	const char *program = find(&isc);
	int64_t until;
	int error = 0;

	if (!program) {
		say_error("--dhcp needs a DHCP client: apt-get install "
			  "isc-dhcp-client, or udhcpc");
		return -ENOENT;
	}
	/* the server looks for half a second whether an address is taken */
	for (unsigned i = 0; !error && i < n; i++) {
		pids[i] = begin(lab, &lab->host[i], program, isc);
		error = pids[i] < 0 ? (int)pids[i] : 0;
	}
	until = patience_until(BOUND_MS);
	for (unsigned i = 0; !error && i < n; i++)
		error = await(&lab->host[i], program, pids[i], until);
	return error;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl - the kernel's switches that a router needs, saved and put back
 *
 * rp_filter is left alone, in either mode. The source check looks at a packet
 * after PREROUTING: an inbound one has its remote source, which the check
 * treats as it would without us; a hairpinned one still has its internal
 * source, since we rewrite that after routing. Nothing that lapse does makes
 * a packet a martian.
 */
#include "gateway/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IPV4	   "net/ipv4/"
#define FORWARDING IPV4 "ip_forward"
#define PORT_RANGE IPV4 "ip_local_port_range"

/** sysctl_read() - a value without its newline; false if it is not there */
static bool sysctl_read(const char *name, char *value, size_t size)
{
	char path[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, value, size - 1);
	close(fd);
	if (n < 0)
		return false;
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return true;
}

/** sysctl_write() - 0 or a negative errno */
static int sysctl_write(const char *name, const char *value)
{
	int fd, error = 0;
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		error = -errno;
	close(fd);
	return error;
}

/**
 * change() - save and set one value
 *
 * Return: 0 also if it is what it should be already; else a negative errno.
 */
static int change(struct rundir *rundir, const char *name, const char *wanted)
{
	char value[64], line[256];
	int error = 0;

	if (!sysctl_read(name, value, sizeof(value)))
		return -ENOENT;
	if (strcmp(value, wanted) == 0)
		return 0;

	snprintf(line, sizeof(line), "%s ", name);
	if (!rundir_has(rundir, RUNDIR_SYSCTL, line)) {
		snprintf(line, sizeof(line), "%s %s", name, value);
		error = rundir_append(rundir, RUNDIR_SYSCTL, line);
	}
	if (!error)
		error = sysctl_write(name, wanted);
	if (!error)
		log_debug("%s: %s, was %s", name, wanted, value);
	return error;
}

/** change_interface() - one switch of one interface; a failure is a warning */
static int change_interface(struct rundir *rundir, const char *interface,
			    const char *what, const char *wanted)
{
	char name[96];
	int error;

	snprintf(name, sizeof(name), IPV4 "conf/%s/%s", interface, what);
	error = change(rundir, name, wanted);
	if (error)
		log_warning("cannot set %s to %s: %s", name, wanted,
			    strerror(-error));
	return error;
}

int sysctl_set(struct gateway *gateway)
{
	const struct conf *conf = gateway->conf;
	struct rundir *rundir = gateway->rundir;
	int error;
	size_t i;

	/*
	 * Redirects first: the moment we forward, the kernel would tell
	 * clients that talk by way of an external address to talk directly.
	 * The switch counts as on if it is on for "all" or the interface.
	 */
	change_interface(rundir, "all", "send_redirects", "0");
	for (i = 0; i < conf->n_lan; i++)
		change_interface(rundir, conf->lan[i].interface,
				 "send_redirects", "0");

	error = change(rundir, FORWARDING, "1");
	if (error) {
		log_error("cannot set %s to 1: %s; where /proc/sys is "
			  "read-only, set it from outside",
			  FORWARDING, strerror(-error));
		return error;
	}

	/* ip_forward sets all of these; they can differ where it was on */
	change_interface(rundir, conf->wan_interface, "forwarding", "1");
	for (i = 0; i < conf->n_lan; i++)
		change_interface(rundir, conf->lan[i].interface, "forwarding",
				 "1");
	return 0;
}

void sysctl_stop_forwarding(struct gateway *gateway)
{
	int error = change(gateway->rundir, FORWARDING, "0");

	if (error)
		log_error("cannot set %s to 0: %s", FORWARDING,
			  strerror(-error));
}

void sysctl_host_ports(struct gateway *gateway)
{
	char range[32];
	int error;

	/* the kernel prints the two with a tab between */
	snprintf(range, sizeof(range), "%d\t65535", NAT_HOST_PORT_FIRST);
	error = change(gateway->rundir, PORT_RANGE, range);
	if (error)
		log_warning("cannot set %s to %d-65535: %s; the gateway's own "
			    "connections may meet ports of the NAT",
			    PORT_RANGE, NAT_HOST_PORT_FIRST, strerror(-error));
}

/** restore() - put back the saved values, of forwarding or of the others */
static void restore(struct rundir *rundir, bool forwarding)
{
	char *saved = rundir_read(rundir, RUNDIR_SYSCTL);
	char *line, *value, *rest = saved;
	int error;

	while (rest && (line = strsep(&rest, "\n"))) {
		value = strchr(line, ' ');
		if (!value || strstr(line, ".."))
			continue;
		*value++ = '\0';
		if ((strcmp(line, FORWARDING) == 0) != forwarding)
			continue;
		error = sysctl_write(line, value);
		/* an interface that is gone has taken its switches along */
		if (error && error != -ENOENT)
			log_warning("cannot put %s back to %s: %s", line, value,
				    strerror(-error));
	}
	free(saved);
}

void sysctl_restore_forwarding(struct rundir *rundir)
{
	restore(rundir, true);
}

bool sysctl_restore(struct rundir *rundir)
{
	char value[8];

	restore(rundir, false);
	rundir_remove(rundir, RUNDIR_SYSCTL);
	return sysctl_read(FORWARDING, value, sizeof(value)) &&
	       strcmp(value, "1") == 0;
}

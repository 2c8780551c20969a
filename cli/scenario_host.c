// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scenario_host - find a host's network namespace
 */
#include "cli/scenario_host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/** NAME_DIR - where `ip netns add` keeps namespaces */
#define NAME_DIR "/run/netns"

bool host_valid(const char *name)
{
	size_t len = strlen(name);

	if (!len || len > NAME_MAX || *name == '.')
		return false;
	for (; *name; name++)
		if ((unsigned char)*name <= ' ' || *name == '/' ||
		    *name == 0x7f)
			return false;
	return true;
}

/** is_pid() - digits only */
static bool is_pid(const char *name)
{
	return strspn(name, "0123456789") == strlen(name);
}

int host_open(const char *name, char *why, size_t size)
{
	char path[sizeof(NAME_DIR) + NAME_MAX + 16];
	int fd;

	snprintf(path, sizeof(path), NAME_DIR "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && is_pid(name)) {
		snprintf(path, sizeof(path), "/proc/%s/ns/net", name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0 && errno == ENOENT)
		snprintf(why, size,
			 "no host %.60s: ip netns list shows those there are; "
			 "or give the number of a process",
			 name);
	else if (fd < 0)
		snprintf(why, size, "host %.60s: %s", name, strerror(errno));
	return fd;
}

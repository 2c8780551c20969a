// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * service - what runs on the server of a lab, and whether it serves
 */
#include "lab/service.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include "gateway/sockets.h"

bool service_listens(void)
{
	static const uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP};
	const uint32_t own[] = {LAB_SERVER, LAB_SERVER2};

	for (size_t i = 0; i < sizeof(protocols); i++) {
		uint8_t ports[8192] = {0};

		if (sockets_read(protocols[i], own, 2, ports))
			continue;
		for (size_t byte = 0; byte < sizeof(ports); byte++)
			if (ports[byte])
				return true;
	}
	return false;
}

/** is_at() - whether a process, by its name in /proc, is in that network */
static bool is_at(const char *process, const struct stat *network)
{
	char path[NAME_MAX + sizeof("/proc//ns/net")];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", process);
	return stat(path, &st) == 0 && st.st_dev == network->st_dev &&
	       st.st_ino == network->st_ino;
}

bool service_lives(const struct lab_host *host)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	struct stat network;
	bool found = false;

	if (dir && fstat(host->net, &network) == 0)
		/* cppcheck-suppress readdirCalled ; there is one thread */
		while (!found && (entry = readdir(dir)) != NULL)
			found = isdigit((unsigned char)entry->d_name[0]) &&
				strcmp(entry->d_name, "1") != 0 &&
				is_at(entry->d_name, &network);
	if (dir)
		closedir(dir);
	return found;
}

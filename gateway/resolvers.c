// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * resolvers - the name servers that the host uses, as others can use them
 */
#include "gateway/resolvers.h"

#include <stdio.h>
#include "base/endpoint.h"

/* The stub of systemd-resolved is on loopback; behind it are these. */
static const char *const files[] = {"/etc/resolv.conf",
				    "/run/systemd/resolve/resolv.conf"};

/** read_file() - the IPv4 ones of a file that others can reach */
static size_t read_file(const char *path, uint32_t *list)
{
	FILE *file = fopen(path, "re");
	char line[512], text[64];
	size_t n = 0;
	uint32_t addr;

	if (!file)
		return 0;
	while (n < RESOLVERS_MAX && fgets(line, sizeof(line), file))
		if (sscanf(line, " nameserver %63s", text) == 1 &&
		    address_parse(text, &addr) && addr && addr >> 24 != 127)
			list[n++] = addr;
	fclose(file);
	return n;
}

size_t resolvers_read(uint32_t list[static RESOLVERS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; !n && i < sizeof(files) / sizeof(files[0]); i++)
		n = read_file(files[i], list);
	return n;
}

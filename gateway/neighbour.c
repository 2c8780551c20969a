// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * neighbour - read /proc/net/arp, which is of our own network namespace
 */
#include "gateway/neighbour.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conf/value.h"

/* linux/if_arp.h: ATF_COM, the address is known */
#define COMPLETE 0x2ul

/** parse() - one line; Return: whether it tells of a neighbour */
static bool parse(const char *line, struct neighbour *neighbour)
{
	char address[ADDRESS_TEXT], flags[16], mac[32];

	return sscanf(line, "%15s %*s %15s %31s", address, flags, mac) == 3 &&
	       (strtoul(flags, NULL, 16) & COMPLETE) &&
	       address_parse(address, &neighbour->addr) &&
	       mac_parse(mac, neighbour->mac);
}

/** compare() - for qsort() and bsearch() */
static int compare(const void *left, const void *right)
{
	const struct neighbour *a = left, *b = right;

	return a->addr < b->addr ? -1 : a->addr > b->addr;
}

void neighbours_read(struct neighbours *neighbours)
{
	FILE *file = fopen("/proc/net/arp", "re");
	struct neighbour one;
	char line[256];

	*neighbours = (struct neighbours){NULL, 0};
	while (file && fgets(line, sizeof(line), file)) {
		size_t size = (neighbours->n + 1) * sizeof(one);
		struct neighbour *list;

		if (!parse(line, &one))
			continue;
		list = realloc(neighbours->list, size);
		if (!list)
			break;
		list[neighbours->n++] = one;
		neighbours->list = list;
	}
	if (file)
		fclose(file);
	if (neighbours->n)
		qsort(neighbours->list, neighbours->n, sizeof(one), compare);
}

const uint8_t *neighbours_find(uint32_t addr,
			       const struct neighbours *neighbours)
{
	const struct neighbour wanted = {.addr = addr};
	const struct neighbour *found = NULL;

	if (neighbours->n)
		found = bsearch(&wanted, neighbours->list, neighbours->n,
				sizeof(wanted), compare);
	return found ? found->mac : NULL;
}

void neighbours_clean(struct neighbours *neighbours)
{
	free(neighbours->list);
}

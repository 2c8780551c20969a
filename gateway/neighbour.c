// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * neighbour - read /proc/net/arp, which is of our own network namespace
 */
#include "gateway/neighbour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/endpoint.h"

/* linux/if_arp.h: ATF_COM, the address is known */
#define COMPLETE 0x2u

/** parse() - one line; Return: whether it tells of a neighbour */
static int parse(const char *line, struct neighbour *neighbour)
{
	char address[ADDRESS_TEXT];
	unsigned type, flags, byte[6];

	if (sscanf(line, "%15s 0x%x 0x%x %2x:%2x:%2x:%2x:%2x:%2x", address,
		   &type, &flags, &byte[0], &byte[1], &byte[2], &byte[3],
		   &byte[4], &byte[5]) != 9 ||
	    !(flags & COMPLETE) || !address_parse(address, &neighbour->addr))
		return 0;
	for (size_t i = 0; i < 6; i++)
		neighbour->mac[i] = (uint8_t)byte[i];
	return 1;
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

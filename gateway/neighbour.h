/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * neighbour - the Ethernet addresses of those around, as the kernel knows them
 */
#ifndef GATEWAY_NEIGHBOUR_H
#define GATEWAY_NEIGHBOUR_H

#include <stddef.h>
#include <stdint.h>

/** struct neighbours - the kernel's table at one moment, sorted by address */
struct neighbours {
	struct neighbour {
		uint32_t addr; /* host order */
		uint8_t mac[6];
	} * list;
	size_t n;
};

/**
 * neighbours_read() - look; what cannot be read is not there
 * @neighbours:	to be released with neighbours_clean()
 */
void neighbours_read(struct neighbours *neighbours);

/** neighbours_find() - the Ethernet address of @addr; the table's, or NULL */
const uint8_t *neighbours_find(uint32_t addr,
			       const struct neighbours *neighbours);

/** neighbours_clean() - release it */
void neighbours_clean(struct neighbours *neighbours);

#endif /* GATEWAY_NEIGHBOUR_H */

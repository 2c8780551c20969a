/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * twin_port - the naive NAT's mappings: which there are, which may be made
 */
#ifndef TESTS_LIB_TWIN_PORT_H
#define TESTS_LIB_TWIN_PORT_H

#include "tests/lib/twin.h"

/** twin_port_in_pool() - whether an address is in the pool */
bool twin_port_in_pool(const struct twin *t, uint32_t addr);

/** twin_port_pool() - after a change of the pool: what refers to it */
void twin_port_pool(struct twin *t);

/** twin_port_taken() - whether a mapping is on an external endpoint */
bool twin_port_taken(const struct twin *t, uint8_t protocol,
		     struct endpoint external);

/** twin_port_freed() - a mapping is gone: its port rests */
void twin_port_freed(struct twin *t, uint64_t now,
		     const struct twin_mapping *m);

/** twin_port_mapping() - the mapping of an outbound packet, or -1 */
int twin_port_mapping(const struct twin *t, uint8_t protocol,
		      struct endpoint internal, struct endpoint remote);

/** twin_port_made() - judge a new mapping's external endpoint, and add it */
const char *twin_port_made(struct twin *t, const struct twin_packet *p,
			   struct endpoint external, int *mapping);

/** twin_port_none() - NULL if there is truly no port left for a packet */
const char *twin_port_none(const struct twin *t, const struct twin_packet *p);

/** twin_port_permits() - a mapping by which a caller may come in, or -1 */
int twin_port_permits(const struct twin *t, const struct twin_packet *p);

#endif /* TESTS_LIB_TWIN_PORT_H */

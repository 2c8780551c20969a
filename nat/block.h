/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block - port blocks: given out as needed (RFC 6888 REQ-14), or computed
 * (deterministic NAT, RFC 7422)
 */
#ifndef NAT_BLOCK_H
#define NAT_BLOCK_H

#include "nat/choose.h"

/** block_alloc() - take the memory; 0 or -ENOMEM */
int block_alloc(struct nat *nat, uint64_t now);

/**
 * block_port() - a port out of the subscriber's blocks, a new one if need be
 * @policy:	whose size and number of blocks count
 * @r:		the request; its range is set here
 * @external:	set on success
 * @block:	set on success: for allocate_take()
 * @why:	set on failure
 */
bool block_port(struct nat *nat, uint64_t now, const struct nat_policy *policy,
		struct request *r, struct endpoint *external, uint32_t *block,
		enum nat_stat *why);

/** block_use() - one mapping more on a block */
void block_use(struct nat *nat, uint32_t block);

/** block_leave() - one mapping less; the last one starts its idle timer */
void block_leave(struct nat *nat, uint64_t now, uint32_t block,
		 uint64_t idle_timeout);

/** block_expire() - take back the blocks that were idle for long enough */
void block_expire(struct nat *nat, uint64_t now);

/** block_forget() - take back all blocks of a subscriber or of an address,
 *  mappings are gone already; NAT_NONE: whatever */
void block_forget(struct nat *nat, uint64_t now, uint32_t subscriber,
		  uint32_t address);

/**
 * block_compute() - the block of an internal address, by RFC 7422
 * @inside:	subnets of the internal realm, counted in this order
 * @n_inside:	their number
 * @n_addresses: external addresses, filled one after the other
 * @first, @last: ports of each that may be given out
 * @size:	ports of a block
 * @addr:	internal address
 * @index:	set on success: which external address, from 0
 * @port:	set on success: the block's first port
 *
 * Sequential, as in section 2.2's example: subscriber n has block n.
 *
 * Return: false if it is not inside, or there are too few ports.
 */
bool block_compute(const struct nat_prefix *inside, size_t n_inside,
		   uint32_t n_addresses, uint16_t first, uint16_t last,
		   uint32_t size, uint32_t addr, uint32_t *index,
		   uint16_t *port);

/**
 * block_owner() - whose block an external port is in: the way back
 * @index:	which external address, from 0
 * @port:	external port
 * @addr:	set on success: internal address
 */
bool block_owner(const struct nat_prefix *inside, size_t n_inside,
		 uint16_t first, uint16_t last, uint32_t size, uint32_t index,
		 uint16_t port, uint32_t *addr);

/** block_hosts() - how many internal addresses the subnets have, all in all */
uint64_t block_hosts(const struct nat_prefix *inside, size_t n_inside);

#endif /* NAT_BLOCK_H */

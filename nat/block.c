/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block - port blocks that are given out and taken back
 */
#include "nat/block.h"

#include <errno.h>
#include "nat/address.h"
#include "nat/allocate.h"
#include "nat/event.h"
#include "nat/table.h"

int block_alloc(struct nat *nat, uint64_t now)
{
	uint32_t n = nat->max_sessions;

	nat->blocks = nat_calloc(nat, n, sizeof(*nat->blocks));
	if (!nat->blocks || pool_alloc(&nat->block_pool, n) < 0)
		return -ENOMEM;
	wheel_init(&nat->block_wheel, &nat->blocks->link, sizeof(*nat->blocks),
		   now);
	return 0;
}

/** tell() - the event of a block */
static void tell(struct nat *nat, uint64_t now, enum nat_event_type type,
		 const struct block *b)
{
	struct nat_event event = {
		.at = now,
		.type = type,
		.internal = {nat->subscribers[b->subscriber].addr, 0},
		.external = {nat->addresses[b->address].addr, b->first},
		.last_port = b->last,
		.late = NAT_NEVER,
	};

	event_put(nat, &event);
}

/** mark() - put a block's ports into its address's set, or take them out */
static void mark(struct nat *nat, const struct block *b, bool in)
{
	struct port_set *set = nat->addresses[b->address].blocks;

	for (uint32_t port = b->first; port <= b->last; port++) {
		if (in)
			port_set_add(set, (uint16_t)port);
		else
			port_set_remove(set, (uint16_t)port);
	}
}

/** take_back() - a block is nobody's any more */
static void take_back(struct nat *nat, uint64_t now, uint32_t index)
{
	struct block *b = &nat->blocks[index];
	uint32_t subscriber = b->subscriber;
	uint32_t *link = &nat->subscribers[subscriber].blocks;

	while (*link != index)
		link = &nat->blocks[*link].next;
	*link = b->next;
	nat->subscribers[subscriber].n_blocks--;
	wheel_del(&nat->block_wheel, index);
	mark(nat, b, false);
	tell(nat, now, NAT_EVENT_BLOCK_FREED, b);
	pool_put(&nat->block_pool, index);
	subscriber_put(nat, subscriber);
}

void block_use(struct nat *nat, uint32_t block)
{
	nat->blocks[block].used++;
	wheel_del(&nat->block_wheel, block);
}

void block_leave(struct nat *nat, uint64_t now, uint32_t block,
		 uint64_t idle_timeout)
{
	struct block *b = &nat->blocks[block];

	if (--b->used || idle_timeout == NAT_NEVER)
		return;
	wheel_add(&nat->block_wheel, block,
		  idle_timeout > NAT_NEVER - 1 - now ? NAT_NEVER - 1
						     : now + idle_timeout);
}

void block_expire(struct nat *nat, uint64_t now)
{
	uint32_t i;

	while ((i = wheel_pop(&nat->block_wheel, now)) != WHEEL_NONE)
		take_back(nat, now, i);
}

void block_forget(struct nat *nat, uint64_t now, uint32_t subscriber,
		  uint32_t address)
{
	for (uint32_t i = 0; nat->block_pool.used && i < nat->block_pool.fresh;
	     i++)
		if (pool_used(&nat->block_pool, i) &&
		    (subscriber == NAT_NONE ||
		     nat->blocks[i].subscriber == subscriber) &&
		    (address == NAT_NONE || nat->blocks[i].address == address))
			take_back(nat, now, i);
}

/** within() - a port of one block, or -1 */
static int within(struct nat *nat, uint32_t index, struct request *r)
{
	const struct block *b = &nat->blocks[index];

	r->first = b->first;
	r->last = b->last;
	r->block = true;
	return choose_port(nat, &nat->addresses[b->address], r);
}

/**
 * open_block() - a new block on one address
 *
 * Somewhere, or the lowest free one if allocation is sequential. Blocks are
 * aligned to their size, but clients may differ in that: what overlaps another
 * block is passed over.
 *
 * Return: its index, or NAT_NONE.
 */
static uint32_t open_block(struct nat *nat, uint32_t subscriber,
			   uint32_t address, uint32_t size,
			   const struct request *r)
{
	const struct external_address *a = &nat->addresses[address];
	struct request whole = *r;
	uint32_t n, start, index;

	if (a->owner || !choose_range(nat, a, &whole))
		return NAT_NONE;
	n = ((uint32_t)(whole.last - whole.first) + 1) / size;
	if (!n)
		return NAT_NONE;
	start = r->behaviour->allocation == NAT_ALLOC_SEQUENTIAL
			? 0
			: rng_below(&nat->rng, n);
	for (uint32_t i = 0; i < n; i++) {
		uint16_t first =
			(uint16_t)(whole.first + (start + i) % n * size);
		uint16_t last = (uint16_t)(first + size - 1);

		if (port_set_any(a->blocks, first, last))
			continue;
		index = pool_get(&nat->block_pool);
		if (index == POOL_NONE)
			return NAT_NONE;
		nat->blocks[index] = (struct block){
			.subscriber = subscriber,
			.address = address,
			.next = nat->subscribers[subscriber].blocks,
			.first = first,
			.last = last,
		};
		nat->subscribers[subscriber].blocks = index;
		nat->subscribers[subscriber].n_blocks++;
		return index;
	}
	return NAT_NONE;
}

/** more() - one block more for a subscriber, wherever there is one */
static uint32_t more(struct nat *nat, uint64_t now,
		     const struct nat_policy *policy, uint32_t subscriber,
		     const struct request *r)
{
	bool only;
	uint32_t first = address_choice(nat, nat->subscribers[subscriber].addr,
					policy, &only);
	uint32_t b = NAT_NONE;

	for (uint32_t i = 0; b == NAT_NONE && i < (only ? 1 : nat->n_addresses);
	     i++)
		b = open_block(nat, subscriber, (first + i) % nat->n_addresses,
			       policy->port_block_size, r);
	if (b == NAT_NONE)
		return NAT_NONE;
	mark(nat, &nat->blocks[b], true);
	tell(nat, now, NAT_EVENT_BLOCK_ALLOCATED, &nat->blocks[b]);
	/* Not used yet: if nobody comes, it goes like an idle one. */
	wheel_add(&nat->block_wheel, b, now);
	return b;
}

bool block_port(struct nat *nat, uint64_t now, const struct nat_policy *policy,
		struct request *r, struct endpoint *external, uint32_t *block,
		enum nat_stat *why)
{
	uint32_t subscriber = subscriber_get(nat, r->tuple->src.addr);
	int port = -1;
	uint32_t b;

	*why = NAT_DROP_PORTS_EXHAUSTED;
	if (subscriber == NAT_NONE)
		return false;
	for (b = nat->subscribers[subscriber].blocks; b != NAT_NONE;
	     b = nat->blocks[b].next) {
		port = within(nat, b, r);
		if (port >= 0)
			break;
	}
	if (port < 0 && nat->subscribers[subscriber].n_blocks >=
				policy->port_blocks_per_subscriber) {
		*why = NAT_DROP_SUBSCRIBER_BLOCKS;
	} else if (port < 0) {
		b = more(nat, now, policy, subscriber, r);
		if (b != NAT_NONE)
			port = within(nat, b, r);
	}
	if (port < 0) {
		subscriber_put(nat, subscriber);
		return false;
	}
	*external = (struct endpoint){
		nat->addresses[nat->blocks[b].address].addr, (uint16_t)port};
	*block = b;
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table - the arrays, taken once at the start
 */
#include "nat/block.h"
#include "nat/hold.h"
#include "nat/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** FORWARD_ROOM - static mappings that there is room for besides */
#define FORWARD_ROOM 65536

void *nat_calloc(struct nat *nat, size_t n, size_t size)
{
	void *memory = calloc(n ? n : 1, size);

	if (memory)
		nat->memory += n * size;
	return memory;
}

int hash_alloc(struct nat *nat, struct hash *hash, uint32_t entries)
{
	uint32_t size = 16;

	while (size < entries && size < UINT32_C(1) << 30)
		size *= 2;
	hash->head = nat_calloc(nat, size, sizeof(*hash->head));
	if (!hash->head)
		return -ENOMEM;
	memset(hash->head, 0xff, size * sizeof(*hash->head));
	hash->mask = size - 1;
	return 0;
}

/** pool_make() - pool_alloc(), counted */
static int pool_make(struct nat *nat, struct pool *pool, uint32_t size)
{
	nat->memory += size * sizeof(*pool->next);
	return pool_alloc(pool, size);
}

int table_alloc(struct nat *nat, uint64_t now)
{
	uint32_t n = nat->max_sessions;
	uint32_t mappings = n + FORWARD_ROOM;

	nat->sessions = nat_calloc(nat, n, sizeof(*nat->sessions));
	nat->mappings = nat_calloc(nat, mappings, sizeof(*nat->mappings));
	nat->subscribers = nat_calloc(nat, mappings, sizeof(*nat->subscribers));
	nat->filters = nat_calloc(nat, n, sizeof(*nat->filters));
	if (!nat->sessions || !nat->mappings || !nat->subscribers ||
	    !nat->filters || pool_make(nat, &nat->session_pool, n) < 0 ||
	    pool_make(nat, &nat->mapping_pool, mappings) < 0 ||
	    pool_make(nat, &nat->subscriber_pool, mappings) < 0 ||
	    pool_make(nat, &nat->filter_pool, n) < 0 ||
	    hash_alloc(nat, &nat->by_internal, n) < 0 ||
	    hash_alloc(nat, &nat->by_external, n) < 0 ||
	    hash_alloc(nat, &nat->mapping_internal, n) < 0 ||
	    hash_alloc(nat, &nat->mapping_external, n) < 0 ||
	    hash_alloc(nat, &nat->subscriber_hash, n) < 0 ||
	    hash_alloc(nat, &nat->filter_hash, n) < 0 ||
	    hold_alloc(nat, now) < 0 || block_alloc(nat, now) < 0)
		return -ENOMEM;
	wheel_init(&nat->wheel, &nat->sessions->link, sizeof(*nat->sessions),
		   now);
	return 0;
}

void table_free(struct nat *nat)
{
	free(nat->sessions);
	free(nat->mappings);
	free(nat->subscribers);
	free(nat->filters);
	free(nat->held);
	free(nat->blocks);
	pool_free(&nat->block_pool);
	pool_free(&nat->session_pool);
	pool_free(&nat->mapping_pool);
	pool_free(&nat->subscriber_pool);
	pool_free(&nat->filter_pool);
	free(nat->by_internal.head);
	free(nat->by_external.head);
	free(nat->mapping_internal.head);
	free(nat->mapping_external.head);
	free(nat->subscriber_hash.head);
	free(nat->filter_hash.head);
}

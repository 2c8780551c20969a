// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pool - free indices as a stack threaded through one array
 *
 * An index in use points at itself, which no index on the free list does:
 * that tells use from freedom without another array.
 */
#include "base/pool.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"

int pool_alloc(struct pool *pool, uint32_t size)
{
	uint32_t *next;

	base_assert(size && size < POOL_NONE);
	/* large blocks come from the kernel zeroed, so calloc() touches none */
	next = calloc(size, sizeof(*next));
	if (!next)
		return -ENOMEM;
	*pool = (struct pool){.next = next, .size = size, .free = POOL_NONE};
	return 0;
}

void pool_free(struct pool *pool)
{
	free(pool->next);
	*pool = (struct pool){.free = POOL_NONE};
}

uint32_t pool_get(struct pool *pool)
{
	uint32_t index = pool->free;

	if (index != POOL_NONE)
		pool->free = pool->next[index];
	else if (pool->fresh < pool->size)
		index = pool->fresh++;
	else
		return POOL_NONE;

	pool->next[index] = index;
	pool->used++;
	return index;
}

void pool_put(struct pool *pool, uint32_t index)
{
	base_assert(pool_used(pool, index));
	pool->next[index] = pool->free;
	pool->free = index;
	pool->used--;
}

bool pool_used(const struct pool *pool, uint32_t index)
{
	return index < pool->fresh && pool->next[index] == index;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool - indices 0 to n-1, handed out and taken back in O(1)
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stdint.h>

/** POOL_NONE - no index */
#define POOL_NONE UINT32_MAX

/**
 * struct pool - free indices, as a list through an array of its own
 * @next:	next free index; for one in use its own index as a mark
 * @size:	number of indices
 * @used:	how many are out
 * @free:	first free index or POOL_NONE
 * @fresh:	indices from here up were never handed out (so a large pool's
 *		memory is touched only as far as it was ever used)
 */
struct pool {
	uint32_t *next;
	uint32_t size;
	uint32_t used;
	uint32_t free;
	uint32_t fresh;
};

/**
 * pool_alloc() - allocate a pool of @size indices, all free
 * @pool:	to fill in; pool_free() releases it
 * @size:	1 to POOL_NONE - 1
 *
 * Return: 0, or -ENOMEM.
 */
int pool_alloc(struct pool *pool, uint32_t size);

/** pool_free() - release the pool's memory; @pool may be all zero */
void pool_free(struct pool *pool);

/** pool_get() - a free index, or POOL_NONE; last returned, first reused */
uint32_t pool_get(struct pool *pool);

/** pool_put() - give @index back; it must be in use (asserted) */
void pool_put(struct pool *pool, uint32_t index);

/** pool_used() - whether @index is below the size and handed out */
bool pool_used(const struct pool *pool, uint32_t index);

#endif /* BASE_POOL_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address - the pool of external addresses, and its change while in use
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "nat/address.h"
#include "nat/block.h"
#include "nat/forward.h"
#include "nat/hold.h"
#include "nat/table.h"

uint32_t address_index(const struct nat *nat, uint32_t addr)
{
	uint32_t low = 0, high = nat->n_addresses;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (nat->addresses[middle].addr < addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < nat->n_addresses && nat->addresses[low].addr == addr)
		return low;
	return NAT_NONE;
}

bool address_own(const struct nat *nat, uint32_t addr)
{
	uint32_t i = address_index(nat, addr);

	if (i != NAT_NONE && nat->addresses[i].host)
		return true;
	for (size_t j = 0; j < nat->n_own; j++)
		if (nat->own[j] == addr)
			return true;
	return false;
}

/** compare() - by address, for qsort() */
static int compare(const void *a, const void *b)
{
	const struct external_address *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/** expand() - the ranges as single addresses, ascending, each once */
static struct external_address *expand(const struct nat_pool *pool, uint32_t *n)
{
	struct external_address *list;
	size_t count = 0;
	uint32_t out = 0;

	for (size_t i = 0; i < pool->n_ranges; i++)
		count += pool->ranges[i].last - pool->ranges[i].first + 1u;
	list = calloc(count ? count : 1, sizeof(*list));
	if (!list)
		return NULL;
	count = 0;
	for (size_t i = 0; i < pool->n_ranges; i++)
		for (uint32_t a = pool->ranges[i].first;; a++) {
			list[count].addr = a;
			list[count++].host = pool->ranges[i].host;
			if (a == pool->ranges[i].last)
				break;
		}
	qsort(list, count, sizeof(*list), compare);
	for (size_t i = 0; i < count; i++) {
		if (out && list[out - 1].addr == list[i].addr)
			list[out - 1].host |= list[i].host;
		else
			list[out++] = list[i];
	}
	*n = out;
	return list;
}

/**
 * adopt() - give a new list the port sets: the old ones, or empty ones
 *
 * All-zero memory from calloc() costs nothing until it is used, so a large
 * pool is cheap.
 *
 * Return: false when out of memory; what was made is released.
 */
static bool adopt(const struct nat *nat, struct external_address *list,
		  uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct external_address *a = &list[i];
		uint32_t old = address_index(nat, a->addr);
		bool fresh = old == NAT_NONE;

		if (!fresh) {
			bool host = a->host;

			*a = nat->addresses[old];
			a->host = host;
		} else {
			a->ports = calloc(PORT_CLASSES, sizeof(*a->ports));
			a->blocks = calloc(1, sizeof(*a->blocks));
		}
		if (a->host && !a->reserved)
			a->reserved =
				calloc(PORT_CLASSES, sizeof(*a->reserved));
		if (a->ports && a->blocks && (!a->host || a->reserved))
			continue;
		addresses_free(nat, list, n);
		return false;
	}
	return true;
}

void addresses_free(const struct nat *nat, struct external_address *list,
		    uint32_t n)
{
	for (uint32_t i = 0; list && i < n; i++) {
		uint32_t old = nat && list != nat->addresses
				       ? address_index(nat, list[i].addr)
				       : NAT_NONE;

		if (old == NAT_NONE ||
		    nat->addresses[old].ports != list[i].ports) {
			free(list[i].ports);
			free(list[i].blocks);
		}
		if (old == NAT_NONE ||
		    nat->addresses[old].reserved != list[i].reserved)
			free(list[i].reserved);
	}
	free(list);
}

/** find() - position of an address in a list, or NAT_NONE */
static uint32_t find(const struct external_address *list, uint32_t n,
		     uint32_t addr)
{
	for (uint32_t low = 0, high = n; low < high;) {
		uint32_t middle = low + (high - low) / 2;

		if (list[middle].addr == addr)
			return middle;
		if (list[middle].addr < addr)
			low = middle + 1;
		else
			high = middle;
	}
	return NAT_NONE;
}

/** leave() - everything on an address that is gone ends */
static void leave(struct nat *nat, uint64_t now, uint32_t index)
{
	for (uint32_t i = 0; i < nat->mapping_pool.fresh; i++)
		if (pool_used(&nat->mapping_pool, i) &&
		    nat->mappings[i].external.addr ==
			    nat->addresses[index].addr)
			mapping_end(nat, now, i, NAT_REASON_ADDRESS_CHANGED);
	hold_forget(nat, index);
	block_forget(nat, now, NAT_NONE, index);
}

/** renumber() - what refers to addresses by index follows them to @list */
static void renumber(struct nat *nat, const struct external_address *list,
		     uint32_t n)
{
	const struct external_address *old = nat->addresses;

	for (uint32_t i = 0; i < nat->hold_down_max; i++)
		if (nat->held[i].address != NAT_NONE)
			nat->held[i].address =
				find(list, n, old[nat->held[i].address].addr);
	for (uint32_t i = 0; i < nat->block_pool.fresh; i++)
		if (pool_used(&nat->block_pool, i))
			nat->blocks[i].address =
				find(list, n, old[nat->blocks[i].address].addr);
	for (uint32_t i = 0; i < nat->subscriber_pool.fresh; i++) {
		struct subscriber *s = &nat->subscribers[i];

		if (pool_used(&nat->subscriber_pool, i) &&
		    s->address != NAT_NONE)
			s->address = find(list, n, old[s->address].addr);
	}
}

/** own_set() - remember the gateway's addresses */
static int own_set(struct nat *nat, const struct nat_pool *pool)
{
	uint32_t *own = malloc(pool->n_own * sizeof(*own) + 1);

	if (!own)
		return -ENOMEM;
	if (pool->n_own)
		memcpy(own, pool->own, pool->n_own * sizeof(*own));
	free(nat->own);
	nat->own = own;
	nat->n_own = pool->n_own;
	return 0;
}

int nat_pool_set(struct nat *nat, const struct nat_pool *pool,
		 struct nat_now now)
{
	uint32_t n = 0;
	struct external_address *list = expand(pool, &n);

	if (!list || !adopt(nat, list, n))
		return -ENOMEM;
	if (own_set(nat, pool) < 0) {
		addresses_free(nat, list, n);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < nat->n_addresses; i++)
		if (find(list, n, nat->addresses[i].addr) == NAT_NONE)
			leave(nat, now.lapse, i);
	/* What has just ended changed the old list's counts. */
	for (uint32_t i = 0; i < n; i++) {
		uint32_t old = address_index(nat, list[i].addr);

		if (old == NAT_NONE)
			continue;
		list[i].mappings = nat->addresses[old].mappings;
		list[i].owner = nat->addresses[old].owner;
	}
	renumber(nat, list, n);
	for (uint32_t i = 0; i < nat->n_addresses; i++)
		if (find(list, n, nat->addresses[i].addr) == NAT_NONE) {
			free(nat->addresses[i].ports);
			free(nat->addresses[i].blocks);
			free(nat->addresses[i].reserved);
		}
	free(nat->addresses);
	nat->addresses = list;
	nat->n_addresses = n;
	nat->first_address = n ? pool->ranges[0].first : 0;
	return forward_apply(nat, now.lapse);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forward - `forwards`: mappings that do not lapse
 */
#include "nat/forward.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "nat/address.h"
#include "nat/policy.h"
#include "nat/table.h"

int forward_configure(struct nat *nat, const struct nat_settings *settings)
{
	size_t bytes = settings->n_forwards * sizeof(*nat->forwards);
	struct nat_forward *copy = malloc(bytes + 1);

	if (!copy)
		return -ENOMEM;
	if (bytes)
		memcpy(copy, settings->forwards, bytes);
	for (size_t i = 0; i < settings->n_forwards; i++)
		copy[i].name = NULL;
	free(nat->forwards);
	nat->forwards = copy;
	nat->n_forwards = settings->n_forwards;
	return 0;
}

/** external_of() - a forward's external endpoint @i; address 0: no pool */
static struct endpoint external_of(const struct nat *nat,
				   const struct nat_forward *f, unsigned i)
{
	struct endpoint e = {f->external.addr,
			     (uint16_t)(f->external.port + i)};

	if (!e.addr)
		e.addr = nat->first_address;
	return e;
}

/** internal_of() - a forward's internal endpoint @i */
static struct endpoint internal_of(const struct nat_forward *f, unsigned i)
{
	return (struct endpoint){f->internal.addr,
				 (uint16_t)(f->internal.port + i)};
}

/** in_settings() - whether a static mapping is still in the settings */
static bool in_settings(const struct nat *nat, const struct mapping *m)
{
	for (size_t i = 0; i < nat->n_forwards; i++) {
		const struct nat_forward *f = &nat->forwards[i];
		unsigned k = (unsigned)(m->external.port - f->external.port);

		if (f->protocol == m->protocol && k < f->count &&
		    endpoint_equal(external_of(nat, f, k), m->external) &&
		    endpoint_equal(internal_of(f, k), m->internal))
			return true;
	}
	return false;
}

/** place() - make one static mapping unless it is there */
static int place(struct nat *nat, uint64_t now, const struct nat_forward *f,
		 unsigned k)
{
	struct mapping wanted = {
		.protocol = f->protocol,
		.internal = internal_of(f, k),
		.block = NAT_NONE,
		.policy = policy_of(nat, f->internal.addr, NULL),
		.flags = MAPPING_FIXED,
	};
	struct endpoint external = external_of(nat, f, k);
	uint32_t m;

	if (!external.addr)
		return 0;
	while ((m = mapping_find_in(nat, now, f->protocol, external, NULL)) !=
	       NAT_NONE) {
		if (nat->mappings[m].flags & MAPPING_FIXED)
			return 0;
		mapping_end(nat, now, m, NAT_REASON_RELOAD);
	}
	wanted.external = external;
	return mapping_insert(nat, now, &wanted) == NAT_NONE ? -ENOMEM : 0;
}

/**
 * own_addresses() - give the addresses of 1:1 forwards to their owners
 *
 * Whoever else has mappings there loses them, reason "reload".
 */
static void own_addresses(struct nat *nat, uint64_t now)
{
	for (uint32_t i = 0; i < nat->n_addresses; i++)
		if (nat->addresses[i].fixed) {
			nat->addresses[i].fixed = false;
			nat->addresses[i].owner = 0;
		}
	for (size_t f = 0; f < nat->n_forwards; f++) {
		uint32_t i = address_index(nat, nat->forwards[f].external.addr);

		if (nat->forwards[f].protocol || i == NAT_NONE)
			continue;
		nat->addresses[i].owner = nat->forwards[f].internal.addr;
		nat->addresses[i].fixed = true;
	}
	for (uint32_t m = 0; m < nat->mapping_pool.fresh; m++) {
		uint32_t i;

		if (!pool_used(&nat->mapping_pool, m))
			continue;
		i = address_index(nat, nat->mappings[m].external.addr);
		if (i != NAT_NONE && nat->addresses[i].fixed &&
		    nat->addresses[i].owner != nat->mappings[m].internal.addr)
			mapping_end(nat, now, m, NAT_REASON_RELOAD);
	}
}

int forward_apply(struct nat *nat, uint64_t now)
{
	own_addresses(nat, now);
	for (uint32_t i = 0; i < nat->mapping_pool.fresh; i++)
		if (pool_used(&nat->mapping_pool, i) &&
		    (nat->mappings[i].flags & MAPPING_FIXED) &&
		    !in_settings(nat, &nat->mappings[i]))
			mapping_end(nat, now, i, NAT_REASON_RELOAD);
	for (size_t i = 0; i < nat->n_forwards; i++)
		for (unsigned k = 0;
		     nat->forwards[i].protocol && k < nat->forwards[i].count;
		     k++)
			if (place(nat, now, &nat->forwards[i], k) < 0)
				return -ENOMEM;
	return 0;
}

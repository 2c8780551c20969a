/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forward - `forwards`: mappings that do not lapse
 */
#include "nat/forward.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
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

	if (!e.addr && nat->n_addresses)
		e.addr = nat->addresses[0].addr;
	return e;
}

/** internal_of() - a forward's internal endpoint @i */
static struct endpoint internal_of(const struct nat_forward *f, unsigned i)
{
	return (struct endpoint){f->internal.addr,
				 (uint16_t)(f->internal.port + i)};
}

/** wanted() - whether a static mapping is still in the settings */
static bool wanted(const struct nat *nat, const struct mapping *m)
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
	struct endpoint none = {0, 0};
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
	m = mapping_insert(nat, now, f->protocol, internal_of(f, k), external,
			   none, policy_of(nat, f->internal.addr, NULL),
			   MAPPING_FIXED);
	return m == NAT_NONE ? -ENOMEM : 0;
}

int forward_apply(struct nat *nat, uint64_t now)
{
	for (uint32_t i = 0; i < nat->mapping_pool.fresh; i++)
		if (pool_used(&nat->mapping_pool, i) &&
		    (nat->mappings[i].flags & MAPPING_FIXED) &&
		    !wanted(nat, &nat->mappings[i]))
			mapping_end(nat, now, i, NAT_REASON_RELOAD);
	for (size_t i = 0; i < nat->n_forwards; i++)
		for (unsigned k = 0; k < nat->forwards[i].count; k++)
			if (place(nat, now, &nat->forwards[i], k) < 0)
				return -ENOMEM;
	return 0;
}

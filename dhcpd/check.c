// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check - every invariant of the tables, for tests
 */
#include "dhcpd/lease.h"
#include "dhcpd/subnet.h"

#include <string.h>

/** by_client() - how often a lease is in its client's chain */
static unsigned by_client(const struct dhcpd *d, const struct lease *lease)
{
	const struct client *c = lease_client(d, lease);
	uint32_t i = d->by_client[siphash24(&d->key, c->id, c->id_len) &
				  d->hash_mask];
	unsigned n = 0;

	for (; i != DHCP_NONE; i = d->leases[i].next_client) {
		const struct client *other = &d->clients[i];

		/* one of a client in a subnet: nobody else looks like it */
		n += other->id_len == c->id_len &&
		     d->leases[i].subnet == lease->subnet &&
		     memcmp(other->id, c->id, c->id_len) == 0;
	}
	return n;
}

/** lease_good() - a lease by itself */
static bool lease_good(const struct dhcpd *d, const struct lease *lease)
{
	bool owned = lease_client(d, lease)->id_len != 0;
	bool probing = lease->probe != DHCP_NONE;

	if (dhcp_lease_peek(d, lease->address) != lease ||
	    lease->subnet != dhcp_subnet_of(d, lease->address))
		return false;
	if (owned && by_client(d, lease) != 1)
		return false;
	if (owned != (lease->state == DHCPD_OFFERED ||
		      lease->state == DHCPD_BOUND || lease_former(lease)))
		return false;
	if (probing && (lease->state != DHCPD_OFFERED ||
			!pool_used(&d->probe_pool, lease->probe) ||
			d->probes[lease->probe].lease != lease_index(d, lease)))
		return false;
	return wheel_link_on(&lease->link) ==
	       (!lease_is_free(lease) && lease->deadline != DHCPD_NEVER);
}

/** free_good() - a subnet's free list; counts its leases into @n */
static bool free_good(const struct dhcpd *d, uint32_t subnet, uint32_t *n)
{
	uint32_t i = d->subnets[subnet].free_first, prev = DHCP_NONE;

	for (; i != DHCP_NONE; prev = i, i = d->leases[i].free_next) {
		const struct lease *lease = &d->leases[i];

		if (!lease_is_free(lease) || lease->subnet != subnet ||
		    lease->free_prev != prev || ++*n > d->lease_pool.used)
			return false;
	}
	return d->subnets[subnet].free_last == prev;
}

/** changes() - leases in the list of changes */
static uint32_t changes(const struct dhcpd *d)
{
	uint32_t n = 0, i = d->change_first;

	for (; i != DHCP_NONE && n <= d->lease_pool.used; n++)
		i = d->leases[i].change_next;
	return n;
}

bool dhcpd_check(const struct dhcpd *d)
{
	uint32_t listed = 0, nobodys = 0, changed = 0, bound = 0, probing = 0;
	uint32_t on = 0;

	for (uint32_t i = 0; i < d->lease_pool.fresh; i++) {
		const struct lease *lease = &d->leases[i];

		if (!pool_used(&d->lease_pool, i))
			continue;
		if (!lease_good(d, lease))
			return false;
		nobodys += lease_is_free(lease);
		changed += (lease->flags & LEASE_CHANGED) != 0;
		bound += lease->state == DHCPD_BOUND;
		probing += lease->probe != DHCP_NONE;
		on += wheel_link_on(&lease->link);
	}
	for (uint32_t i = 0; i <= d->n_subnets; i++)
		if (!free_good(d, i, &listed))
			return false;
	return listed == nobodys && changed == changes(d) &&
	       bound == d->bound && probing == d->probe_pool.used &&
	       on == d->lapse_wheel.count + d->real_wheel.count;
}

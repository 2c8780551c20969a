// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * subnet - ranges, exclusions, reservations
 */
#include "dhcpd/subnet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "dhcpd/lease.h"

/** id_key() - what a reservation is sorted by: its client */
static uint64_t id_key(const struct dhcpd *d, bool by_mac, const uint8_t *id,
		       size_t len)
{
	/* a MAC and an identifier of six bytes are not the same client */
	return siphash24(&d->key, id, len) ^ (by_mac ? 1 : 0);
}

/** compare() - by key, then in the order of the settings */
static int compare(const void *a, const void *b)
{
	const struct reserved *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/** lower() - the first entry whose key is not less than @key */
static size_t lower(const struct reserved *list, size_t n, uint64_t key)
{
	size_t first = 0;

	while (n) {
		size_t half = n / 2;

		if (list[first + half].key < key) {
			first += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return first;
}

int dhcp_subnets_make(const struct dhcpd *d,
		      const struct dhcpd_settings *settings, struct subnets *s)
{
	size_t n = settings->n_reservations;

	*s = (struct subnets){
		.subnets = calloc(settings->n_subnets + 1, sizeof(*s->subnets)),
		.n = settings->n_subnets,
		.by_address = calloc(n + 1, sizeof(*s->by_address)),
		.by_id = calloc(n + 1, sizeof(*s->by_id)),
		.buckets = calloc(settings->n_lans + 1, sizeof(*s->buckets)),
	};
	if (!s->subnets || !s->by_address || !s->by_id || !s->buckets)
		return -ENOMEM;
	for (size_t i = 0; i <= s->n; i++) {
		s->subnets[i].free_first = DHCP_NONE;
		s->subnets[i].free_last = DHCP_NONE;
		if (i < s->n && option_set_make(&s->subnets[i].options,
						&settings->subnets[i]) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		const struct dhcpd_reservation *r = &settings->reservations[i];

		s->by_address[i].key = r->address;
		s->by_id[i].key =
			id_key(d, r->by_mac, r->by_mac ? r->mac : r->id,
			       r->by_mac ? 6 : r->id_len);
		s->by_address[i].index = s->by_id[i].index = (uint32_t)i;
	}
	qsort(s->by_address, n, sizeof(*s->by_address), compare);
	qsort(s->by_id, n, sizeof(*s->by_id), compare);
	/* full buckets, whenever they are looked at first */
	return 0;
}

void dhcp_subnets_free(struct subnets *s)
{
	for (size_t i = 0; s->subnets && i < s->n; i++)
		option_set_free(&s->subnets[i].options);
	free(s->subnets);
	free(s->by_address);
	free(s->by_id);
	free(s->buckets);
}

void dhcp_subnets_clean(struct dhcpd *d)
{
	struct subnets s = {
		.subnets = d->subnets,
		.n = d->n_subnets,
		.by_address = d->by_reserved_address,
		.by_id = d->by_reserved_id,
		.buckets = d->buckets,
	};

	dhcp_subnets_free(&s);
}

/**
 * only_one() - one lease only of a client in a subnet
 *
 * Two subnets of yesterday's settings may be one today. Who holds both of them
 * keeps both addresses until they lapse, and is known by one.
 */
static void only_one(struct dhcpd *d, struct lease *lease)
{
	const struct client *client = lease_client(d, lease);
	struct lease *other;

	for (uint32_t i = lease->next_client; i != DHCP_NONE;) {
		other = &d->leases[i];
		i = other->next_client;
		if (other->subnet != lease->subnet ||
		    d->clients[lease_index(d, other)].id_len !=
			    client->id_len ||
		    memcmp(d->clients[lease_index(d, other)].id, client->id,
			   client->id_len) != 0)
			continue;
		if (lease_is_free(lease) || (other->state == DHCPD_BOUND &&
					     lease->state != DHCPD_BOUND)) {
			struct lease *swap = lease;

			lease = other;
			other = swap;
		}
		if (other->state == DHCPD_BOUND) {
			dhcp_lease_leave(d, other, 0);
			continue;
		}
		dhcp_lease_set(d, other, DHCPD_FREE, DHCPD_NEVER);
		dhcp_lease_disown(d, other);
	}
}

void dhcp_subnets_take(struct dhcpd *d, const struct dhcpd_settings *settings,
		       struct subnets *s)
{
	struct subnet *old = d->subnets;
	size_t n_old = old ? d->n_subnets + 1 : 0;
	uint32_t i, next;

	free(d->by_reserved_address);
	free(d->by_reserved_id);
	free(d->buckets);
	d->settings = settings;
	d->subnets = s->subnets;
	d->n_subnets = s->n;
	d->by_reserved_address = s->by_address;
	d->by_reserved_id = s->by_id;
	d->buckets = s->buckets;
	for (i = 0; i < d->lease_pool.fresh; i++)
		if (pool_used(&d->lease_pool, i))
			d->leases[i].subnet =
				dhcp_subnet_of(d, d->leases[i].address);
	/* the free lists keep their order */
	for (size_t k = 0; k < n_old; k++) {
		for (i = old[k].free_first; i != DHCP_NONE; i = next) {
			next = d->leases[i].free_next;
			dhcp_lease_link(d, &d->leases[i]);
		}
		option_set_free(&old[k].options);
	}
	free(old);
	for (i = 0; i < d->lease_pool.fresh; i++)
		if (pool_used(&d->lease_pool, i) && d->clients[i].id_len)
			only_one(d, &d->leases[i]);
}

uint32_t dhcp_subnet_of(const struct dhcpd *d, uint32_t address)
{
	for (size_t i = 0; i < d->n_subnets; i++) {
		const struct dhcpd_subnet *s = &d->settings->subnets[i];

		if (((address ^ s->addr) & prefix_mask(s->bits)) == 0)
			return (uint32_t)i;
	}
	return SUBNET_NONE(d);
}

uint32_t dhcp_subnet_on(const struct dhcpd *d, unsigned lan)
{
	for (size_t i = 0; i < d->n_subnets; i++)
		if (d->settings->subnets[i].lan == lan)
			return (uint32_t)i;
	return SUBNET_NONE(d);
}

/** listed() - whether an address is in a list */
static bool listed(const struct dhcpd_addresses *addresses, uint32_t address)
{
	for (size_t i = 0; i < addresses->n; i++)
		if (addresses->list[i] == address)
			return true;
	return false;
}

bool dhcp_address_own(const struct dhcpd *d, uint32_t address)
{
	for (size_t i = 0; i < d->settings->n_lans; i++)
		if (d->settings->lans[i].address == address)
			return true;
	return listed(&d->settings->own, address);
}

bool dhcp_address_host(const struct dhcpd *d, uint32_t subnet, uint32_t address)
{
	const struct dhcpd_subnet *s;
	uint32_t host;

	if (subnet >= d->n_subnets)
		return false;
	s = &d->settings->subnets[subnet];
	host = ~prefix_mask(s->bits);
	if ((address ^ s->addr) & ~host)
		return false;
	/* a prefix of 31 bits has neither (RFC 3021) */
	if (s->bits <= 30 &&
	    ((address & host) == 0 || (address & host) == host))
		return false;
	return !dhcp_address_own(d, address) && !listed(&s->router, address);
}

/** in_ranges() - the range that an address is in, or NULL */
static const struct dhcpd_range *in_ranges(const struct dhcpd_range *ranges,
					   size_t n, uint32_t address)
{
	for (size_t i = 0; i < n; i++)
		if (address >= ranges[i].first && address <= ranges[i].last)
			return &ranges[i];
	return NULL;
}

/** reserved() - whether an address is somebody's by a reservation */
static bool reserved(const struct dhcpd *d, uint32_t address)
{
	size_t n = d->settings->n_reservations;
	size_t i = lower(d->by_reserved_address, n, address);

	return i < n && d->by_reserved_address[i].key == address;
}

bool dhcp_address_pooled(const struct dhcpd *d, uint32_t subnet,
			 uint32_t address)
{
	const struct dhcpd_subnet *s;

	if (!dhcp_address_host(d, subnet, address))
		return false;
	s = &d->settings->subnets[subnet];
	return in_ranges(s->ranges, s->n_ranges, address) &&
	       !in_ranges(s->exclude, s->n_exclude, address) &&
	       !reserved(d, address);
}

/** cursor_next() - the address at the cursor, which moves on; false: the end */
static bool cursor_next(struct subnet *subnet, const struct dhcpd_subnet *s,
			uint32_t *address)
{
	const struct dhcpd_range *range, *out;
	uint32_t last;

	while (subnet->range < s->n_ranges) {
		range = &s->ranges[subnet->range];
		if (subnet->cursor < range->first)
			subnet->cursor = range->first;
		*address = subnet->cursor;
		out = in_ranges(s->exclude, s->n_exclude, *address);
		last = out ? out->last : *address;
		if (last < range->last) {
			subnet->cursor = last + 1;
		} else {
			subnet->range++;
			subnet->cursor = 0;
		}
		if (!out && *address <= range->last)
			return true;
	}
	return false;
}

uint32_t dhcp_address_fresh(struct dhcpd *d, uint32_t subnet)
{
	const struct dhcpd_subnet *s = &d->settings->subnets[subnet];
	struct subnet *own = &d->subnets[subnet];
	uint32_t address;

	for (;;) {
		while (cursor_next(own, s, &address))
			if (dhcp_address_pooled(d, subnet, address) &&
			    !dhcp_lease_peek(d, address))
				return address;
		if (!own->holes)
			return 0;
		own->holes = false;
		own->range = 0;
		own->cursor = 0;
	}
}

/** reservation_find() - one by its client, in a subnet */
static const struct dhcpd_reservation *
reservation_find(const struct dhcpd *d, uint32_t subnet, bool by_mac,
		 const uint8_t *id, size_t len)
{
	size_t n = d->settings->n_reservations;
	uint64_t key = id_key(d, by_mac, id, len);
	size_t i = lower(d->by_reserved_id, n, key);

	for (; i < n && d->by_reserved_id[i].key == key; i++) {
		const struct dhcpd_reservation *r =
			&d->settings->reservations[d->by_reserved_id[i].index];
		const uint8_t *theirs = r->by_mac ? r->mac : r->id;

		if (r->by_mac == by_mac && (r->by_mac ? 6 : r->id_len) == len &&
		    memcmp(theirs, id, len) == 0 &&
		    dhcp_address_host(d, subnet, r->address))
			return r;
	}
	return NULL;
}

const struct dhcpd_reservation *
dhcp_reservation_of(const struct dhcpd *d, uint32_t subnet, const uint8_t *mac,
		    const uint8_t *id, size_t id_len)
{
	const struct dhcpd_reservation *r = NULL;

	if (!d->settings->n_reservations)
		return NULL;
	if (id)
		r = reservation_find(d, subnet, false, id, id_len);
	if (!r && mac)
		r = reservation_find(d, subnet, true, mac, 6);
	return r;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lease - the table of leases
 */
#include "dhcpd/lease.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "dhcpd/event.h"
#include "dhcpd/probe.h"
#include "dhcpd/subnet.h"

/** chain_address() - head of the chain that an address belongs to */
static uint32_t *chain_address(const struct dhcpd *d, uint32_t address)
{
	return &d->by_address[siphash13_words(&d->key, address, 0) &
			      d->hash_mask];
}

/** chain_client() - head of the chain that a client belongs to */
static uint32_t *chain_client(const struct dhcpd *d, const uint8_t *id,
			      size_t len)
{
	return &d->by_client[siphash24(&d->key, id, len) & d->hash_mask];
}

int dhcp_lease_alloc(struct dhcpd *d, struct dhcpd_now now)
{
	uint32_t n = d->settings->max_leases, heads = 1;

	while (heads < n && heads < UINT32_C(1) << 31)
		heads *= 2;
	d->hash_mask = heads - 1;
	d->leases = calloc(n, sizeof(*d->leases));
	d->clients = calloc(n, sizeof(*d->clients));
	d->by_address = malloc(heads * sizeof(*d->by_address));
	d->by_client = malloc(heads * sizeof(*d->by_client));
	if (!d->leases || !d->clients || !d->by_address || !d->by_client ||
	    pool_alloc(&d->lease_pool, n) < 0)
		return -ENOMEM;
	d->memory += n * (sizeof(*d->leases) + sizeof(*d->clients) +
			  sizeof(*d->lease_pool.next)) +
		     2 * heads * sizeof(*d->by_address);
	memset(d->by_address, 0xff, heads * sizeof(*d->by_address));
	memset(d->by_client, 0xff, heads * sizeof(*d->by_client));
	wheel_init(&d->lapse_wheel, &d->leases->link, sizeof(*d->leases),
		   now.lapse);
	wheel_init(&d->real_wheel, &d->leases->link, sizeof(*d->leases),
		   now.real);
	d->change_first = d->change_last = DHCP_NONE;
	return 0;
}

void dhcp_lease_free(struct dhcpd *d)
{
	free(d->leases);
	free(d->clients);
	free(d->by_address);
	free(d->by_client);
	pool_free(&d->lease_pool);
}

/** wheel_of() - the wheel that a state's deadline is on */
static struct wheel *wheel_of(struct dhcpd *d, enum dhcpd_state state)
{
	return state == DHCPD_OFFERED ? &d->real_wheel : &d->lapse_wheel;
}

/** unlink_free() - out of the free list */
static void unlink_free(struct dhcpd *d, struct lease *lease)
{
	struct subnet *subnet = &d->subnets[lease->subnet];

	if (lease->free_prev != DHCP_NONE)
		d->leases[lease->free_prev].free_next = lease->free_next;
	else
		subnet->free_first = lease->free_next;
	if (lease->free_next != DHCP_NONE)
		d->leases[lease->free_next].free_prev = lease->free_prev;
	else
		subnet->free_last = lease->free_prev;
}

void dhcp_lease_link(struct dhcpd *d, struct lease *lease)
{
	struct subnet *subnet = &d->subnets[lease->subnet];
	uint32_t index = lease_index(d, lease);

	lease->free_next = DHCP_NONE;
	lease->free_prev = subnet->free_last;
	if (subnet->free_last != DHCP_NONE)
		d->leases[subnet->free_last].free_next = index;
	else
		subnet->free_first = index;
	subnet->free_last = index;
}

/** link_first() - to the front of the free list: the next to be given away */
static void link_first(struct dhcpd *d, struct lease *lease)
{
	struct subnet *subnet = &d->subnets[lease->subnet];
	uint32_t index = lease_index(d, lease);

	lease->free_prev = DHCP_NONE;
	lease->free_next = subnet->free_first;
	if (subnet->free_first != DHCP_NONE)
		d->leases[subnet->free_first].free_prev = index;
	else
		subnet->free_last = index;
	subnet->free_first = index;
}

void dhcp_lease_place(struct dhcpd *d, struct lease *lease,
		      enum dhcpd_state state, uint64_t deadline)
{
	base_assert(lease_client(d, lease)->id_len ||
		    (state != DHCPD_OFFERED && state != DHCPD_BOUND));
	if (lease_is_free(lease))
		unlink_free(d, lease);
	else
		wheel_del(wheel_of(d, lease->state), lease_index(d, lease));
	d->bound -= lease->state == DHCPD_BOUND;
	d->bound += state == DHCPD_BOUND;
	lease->state = (uint8_t)state;
	lease->deadline = deadline;
	if (!lease_is_free(lease))
		wheel_add(wheel_of(d, state), lease_index(d, lease), deadline);
	else if (state == DHCPD_FREE)
		link_first(d, lease);
	else
		dhcp_lease_link(d, lease);
}

void dhcp_lease_note(struct dhcpd *d, struct lease *lease)
{
	uint32_t index = lease_index(d, lease);

	if (lease->flags & LEASE_CHANGED)
		return;
	lease->flags |= LEASE_CHANGED;
	lease->change = ++d->sequence;
	lease->change_next = DHCP_NONE;
	if (d->change_last != DHCP_NONE)
		d->leases[d->change_last].change_next = index;
	else
		d->change_first = index;
	d->change_last = index;
}

void dhcp_lease_set(struct dhcpd *d, struct lease *lease,
		    enum dhcpd_state state, uint64_t deadline)
{
	bool withdrawn = lease->state == DHCPD_OFFERED;

	dhcp_lease_place(d, lease, state, deadline);
	/* An offer changes nothing that has to survive, nor does its end. */
	if (state != DHCPD_OFFERED && !(withdrawn && lease_is_free(lease)))
		dhcp_lease_note(d, lease);
}

struct lease *dhcp_lease_peek(const struct dhcpd *d, uint32_t address)
{
	uint32_t i = *chain_address(d, address);

	while (i != DHCP_NONE && d->leases[i].address != address)
		i = d->leases[i].next_address;
	return i == DHCP_NONE ? NULL : &d->leases[i];
}

struct lease *dhcp_lease_find(struct dhcpd *d, struct dhcpd_now now,
			      uint32_t address)
{
	struct lease *lease = dhcp_lease_peek(d, address);

	if (lease)
		dhcp_lease_settle(d, now, lease);
	return lease;
}

struct lease *dhcp_lease_of(struct dhcpd *d, struct dhcpd_now now,
			    const uint8_t *id, size_t id_len, uint32_t subnet)
{
	uint32_t i = *chain_client(d, id, id_len);

	for (; i != DHCP_NONE; i = d->leases[i].next_client) {
		const struct client *client = &d->clients[i];

		if (d->leases[i].subnet != subnet || client->id_len != id_len ||
		    memcmp(client->id, id, id_len) != 0)
			continue;
		dhcp_lease_settle(d, now, &d->leases[i]);
		/* an offer that is over may leave it nobody's */
		return client->id_len ? &d->leases[i] : NULL;
	}
	return NULL;
}

/** forget_some() - make room for a lease: the first free one of any subnet */
static bool forget_some(struct dhcpd *d)
{
	for (size_t i = d->n_subnets + 1; i-- > 0;) {
		uint32_t index = d->subnets[i].free_first;

		if (index == DHCP_NONE)
			continue;
		dhcp_lease_forget(d, &d->leases[index]);
		return true;
	}
	return false;
}

struct lease *dhcp_lease_make(struct dhcpd *d, uint32_t address)
{
	uint32_t index = pool_get(&d->lease_pool), *head;
	struct lease *lease;

	if (index == POOL_NONE && forget_some(d))
		index = pool_get(&d->lease_pool);
	if (index == POOL_NONE)
		return NULL;
	head = chain_address(d, address);
	lease = &d->leases[index];
	*lease = (struct lease){
		.address = address,
		.subnet = dhcp_subnet_of(d, address),
		.next_address = *head,
		.next_client = DHCP_NONE,
		.change_next = DHCP_NONE,
		.probe = DHCP_NONE,
		.state = DHCPD_FREE,
		.deadline = DHCPD_NEVER,
	};
	*head = index;
	d->clients[index].id_len = 0;
	d->clients[index].hostname[0] = '\0';
	link_first(d, lease);
	return lease;
}

/** unnote() - out of the list of changes; rare, so by walking it */
static void unnote(struct dhcpd *d, struct lease *lease)
{
	uint32_t *link = &d->change_first, last = DHCP_NONE;

	if (!(lease->flags & LEASE_CHANGED))
		return;
	while (*link != lease_index(d, lease)) {
		last = *link;
		link = &d->leases[*link].change_next;
	}
	*link = lease->change_next;
	if (d->change_last == lease_index(d, lease))
		d->change_last = last;
	lease->flags &= (uint8_t)~LEASE_CHANGED;
}

void dhcp_lease_forget(struct dhcpd *d, struct lease *lease)
{
	uint32_t index = lease_index(d, lease);
	uint32_t *link = chain_address(d, lease->address);

	base_assert(lease_is_free(lease));
	dhcp_lease_disown(d, lease);
	unnote(d, lease);
	unlink_free(d, lease);
	while (*link != index)
		link = &d->leases[*link].next_address;
	*link = lease->next_address;
	d->subnets[lease->subnet].holes = true;
	pool_put(&d->lease_pool, index);
}

void dhcp_lease_disown(struct dhcpd *d, struct lease *lease)
{
	struct client *client = lease_client(d, lease);
	uint32_t *link;

	if (!client->id_len)
		return;
	link = chain_client(d, client->id, client->id_len);
	while (*link != lease_index(d, lease))
		link = &d->leases[*link].next_client;
	*link = lease->next_client;
	client->id_len = 0;
	client->hostname[0] = '\0';
	lease->next_client = DHCP_NONE;
	lease->flags &= LEASE_CHANGED;
	lease->partner = 0;
	lease->hlen = 0;
}

void dhcp_lease_own(struct dhcpd *d, struct lease *lease, const uint8_t *id,
		    size_t id_len)
{
	struct client *client = lease_client(d, lease);
	uint32_t *head = chain_client(d, id, id_len);

	base_assert(lease_is_free(lease) && id_len && id_len <= 255);
	dhcp_lease_disown(d, lease);
	lease->flags &= LEASE_CHANGED;
	lease->partner = 0;
	client->id_len = (uint8_t)id_len;
	memcpy(client->id, id, id_len);
	lease->next_client = *head;
	*head = lease_index(d, lease);
}

void dhcp_lease_end(struct dhcpd *d, struct dhcpd_now now, struct lease *lease,
		    enum dhcpd_state state, enum dhcpd_reason reason)
{
	bool released = state == DHCPD_RELEASED_LEASE;

	base_assert(lease->state == DHCPD_BOUND);
	dhcp_event_lease(d, now,
			 released ? DHCPD_EVENT_RELEASED : DHCPD_EVENT_EXPIRED,
			 reason, lease);
	dhcp_count(d, released ? DHCPD_RELEASED : DHCPD_EXPIRED);
	lease->flags &= (uint8_t)~LEASE_NAK;
	dhcp_lease_set(d, lease, state, DHCPD_NEVER);
}

void dhcp_lease_leave(struct dhcpd *d, struct lease *lease, uint32_t partner)
{
	uint8_t hlen = lease->hlen;

	base_assert(lease->state == DHCPD_BOUND);
	dhcp_lease_set(d, lease, DHCPD_MOVED, lease->deadline);
	dhcp_lease_disown(d, lease);
	lease->hlen = hlen;
	lease->partner = partner;
}

void dhcp_lease_unoffer(struct dhcpd *d, struct lease *lease)
{
	dhcp_probe_give_up(d, lease);
	if (lease->flags & LEASE_FORMER) {
		dhcp_lease_set(d, lease,
			       lease->flags & LEASE_RELEASE
				       ? DHCPD_RELEASED_LEASE
				       : DHCPD_EXPIRED_LEASE,
			       DHCPD_NEVER);
		return;
	}
	dhcp_lease_set(d, lease, DHCPD_FREE, DHCPD_NEVER);
	dhcp_lease_disown(d, lease);
}

/** lapse() - the end of a state's time */
static void lapse(struct dhcpd *d, struct dhcpd_now now, struct lease *lease)
{
	if (lease->state == DHCPD_BOUND)
		dhcp_lease_end(d, now, lease, DHCPD_EXPIRED_LEASE,
			       DHCPD_REASON_TIME);
	else if (lease->probe != DHCP_NONE)
		dhcp_probe_finish(d, now, lease, false);
	else if (lease->state == DHCPD_OFFERED)
		dhcp_lease_unoffer(d, lease);
	else
		dhcp_lease_set(d, lease, DHCPD_FREE, DHCPD_NEVER);
}

void dhcp_lease_settle(struct dhcpd *d, struct dhcpd_now now,
		       struct lease *lease)
{
	uint64_t time = lease->state == DHCPD_OFFERED ? now.real : now.lapse;

	/* The end of a probe is another message's: the wheel brings it. */
	if (lease_is_free(lease) || lease->deadline > time ||
	    lease->probe != DHCP_NONE)
		return;
	lapse(d, now, lease);
}

bool dhcp_lease_expire(struct dhcpd *d, struct dhcpd_now now)
{
	uint32_t index = wheel_pop(&d->lapse_wheel, now.lapse);

	if (index != WHEEL_NONE)
		lapse(d, now, &d->leases[index]);
	return index != WHEEL_NONE;
}

bool dhcp_lease_expire_real(struct dhcpd *d, struct dhcpd_now now)
{
	uint32_t index = wheel_pop(&d->real_wheel, now.real);

	if (index != WHEEL_NONE)
		lapse(d, now, &d->leases[index]);
	return index != WHEEL_NONE;
}

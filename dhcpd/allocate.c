// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * allocate - which address a client gets
 */
#include "dhcpd/lease.h"
#include "dhcpd/step.h"
#include "dhcpd/subnet.h"

/** OVERDUE_MAX - leases whose lateness one message may have to clear away */
#define OVERDUE_MAX 256

/** takeable() - whether nobody else has or is offered an address */
static bool takeable(const struct dhcp_step *step, uint32_t address)
{
	const struct lease *lease =
		dhcp_lease_find(step->d, step->now, address);

	return !lease || lease == step->lease || lease_is_free(lease);
}

bool dhcp_usable(const struct dhcp_step *step, uint32_t address)
{
	const struct dhcpd_reservation *r = step->reservation;

	if (r && r->address == address)
		return true;
	if (!dhcp_address_pooled(step->d, step->subnet, address))
		return false;
	/* who has a reservation of its own, and can have it, has to move */
	return !r || !takeable(step, r->address);
}

struct lease *dhcp_claim(struct dhcpd *d, struct dhcpd_now now,
			 uint32_t address)
{
	struct lease *lease = dhcp_lease_find(d, now, address);

	if (!lease)
		return dhcp_lease_make(d, address);
	return lease_is_free(lease) ? lease : NULL;
}

/** oldest() - the free lease that was nobody's for longest, or NULL */
static struct lease *oldest(struct dhcpd *d, uint32_t subnet)
{
	const struct subnet *list = &d->subnets[subnet];
	struct lease *lease;

	while (list->free_first != DHCP_NONE) {
		lease = &d->leases[list->free_first];
		if (dhcp_address_pooled(d, subnet, lease->address))
			return lease;
		/* not any more, or somebody's reservation: found without it */
		dhcp_lease_forget(d, lease);
	}
	return NULL;
}

struct lease *dhcp_any(struct dhcpd *d, struct dhcpd_now now, uint32_t subnet)
{
	struct lease *lease = oldest(d, subnet);
	uint32_t address;

	/* one that nobody remembers before one that nobody had */
	if (lease && lease->state == DHCPD_FREE)
		return lease;
	if (d->lease_pool.used < d->lease_pool.size) {
		address = dhcp_address_fresh(d, subnet);
		if (address)
			return dhcp_lease_make(d, address);
	}
	for (unsigned i = 0; !lease && i < OVERDUE_MAX; i++) {
		if (!dhcp_lease_expire(d, now))
			break;
		lease = oldest(d, subnet);
	}
	if (lease)
		return lease;
	/* the table is full of other subnets' leases */
	address = dhcp_address_fresh(d, subnet);
	return address ? dhcp_lease_make(d, address) : NULL;
}

/** let_go() - the client begins anew, and may not have what it has or had */
static void let_go(struct dhcp_step *step)
{
	struct lease *lease = step->lease;

	if (lease->state == DHCPD_BOUND)
		dhcp_lease_end(step->d, step->now, lease, DHCPD_RELEASED_LEASE,
			       DHCPD_REASON_MOVED);
	else if (lease->state == DHCPD_OFFERED)
		dhcp_lease_unoffer(step->d, lease);
	if (lease_client(step->d, lease)->id_len) {
		dhcp_lease_set(step->d, lease, DHCPD_FREE, DHCPD_NEVER);
		dhcp_lease_disown(step->d, lease);
	}
	step->lease = NULL;
}

struct lease *dhcp_allocate(struct dhcp_step *step)
{
	uint32_t wish = dhcp_option_u32(&step->m, OPTION_REQUESTED);
	struct lease *lease = NULL;

	if (step->lease && dhcp_usable(step, step->lease->address))
		return step->lease;
	if (step->lease)
		let_go(step);
	if (step->reservation)
		lease = dhcp_claim(step->d, step->now,
				   step->reservation->address);
	if (!lease && dhcp_address_pooled(step->d, step->subnet, wish))
		lease = dhcp_claim(step->d, step->now, wish);
	if (!lease)
		lease = dhcp_any(step->d, step->now, step->subnet);
	if (!lease)
		return NULL;
	dhcp_lease_own(step->d, lease, step->id, step->id_len);
	dhcp_known_as(step, lease);
	return lease;
}

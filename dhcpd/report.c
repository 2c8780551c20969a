// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report - leases as others see them, and what others may do to them
 */
#include "dhcpd/event.h"
#include "dhcpd/lease.h"
#include "dhcpd/step.h"
#include "dhcpd/subnet.h"

#include <errno.h>
#include <string.h>

/** VIOLATION_MS - real time between two events about one address */
#define VIOLATION_MS 10000

/** left() - ms from @now to a deadline: 0 if it is past, DHCPD_NEVER */
static uint64_t left(uint64_t deadline, uint64_t now)
{
	if (deadline == DHCPD_NEVER)
		return DHCPD_NEVER;
	return deadline > now ? deadline - now : 0;
}

/** shown() - whether a lease is to be seen: its state is not over */
static bool shown(const struct lease *lease, struct dhcpd_now now)
{
	if (lease->state == DHCPD_FREE)
		return false;
	/* what the wheel has yet to find is shown as what it will be */
	return lease_former(lease) || lease->state == DHCPD_BOUND ||
	       left(lease->deadline,
		    lease->state == DHCPD_OFFERED ? now.real : now.lapse);
}

/** describe() - a lease's report */
static void describe(const struct dhcpd *d, struct dhcpd_now now,
		     const struct lease *lease, struct dhcpd_lease_info *info)
{
	const struct client *client = lease_client(d, lease);
	bool live = lease->state == DHCPD_BOUND;
	bool over = live && !left(lease->deadline, now.lapse);

	*info = (struct dhcpd_lease_info){
		.address = lease->address,
		.state = over ? DHCPD_EXPIRED_LEASE
			      : (enum dhcpd_state)lease->state,
		.htype = lease->htype,
		.hlen = lease->hlen,
		.id = client->id,
		.id_len = client->id_len,
		.hostname = client->hostname,
		.expires_in = left(lease->deadline,
				   lease->state == DHCPD_OFFERED ? now.real
								 : now.lapse),
		.renew_in = DHCPD_NEVER,
		.rebind_in = DHCPD_NEVER,
	};
	memcpy(info->chaddr, lease->chaddr, sizeof(info->chaddr));
	if (live && !over) {
		info->renew_in = left(lease->renew_at, now.lapse);
		info->rebind_in = left(lease->rebind_at, now.lapse);
	}
	if (over || lease_former(lease))
		info->expires_in = 0;
}

bool dhcpd_lease_next(const struct dhcpd *d, struct dhcpd_now now,
		      uint32_t *cursor, struct dhcpd_lease_info *info)
{
	while (*cursor < d->lease_pool.fresh) {
		uint32_t i = (*cursor)++;

		if (!pool_used(&d->lease_pool, i) || !shown(&d->leases[i], now))
			continue;
		describe(d, now, &d->leases[i], info);
		return true;
	}
	return false;
}

bool dhcpd_lease_get(const struct dhcpd *d, struct dhcpd_now now,
		     uint32_t address, struct dhcpd_lease_info *info)
{
	const struct lease *lease = dhcp_lease_peek(d, address);

	if (!lease || !shown(lease, now))
		return false;
	describe(d, now, lease, info);
	return true;
}

bool dhcpd_lease_valid(const struct dhcpd *d, struct dhcpd_now now,
		       uint32_t address)
{
	const struct lease *lease = dhcp_lease_peek(d, address);

	return lease && lease->deadline > now.lapse &&
	       (lease->state == DHCPD_BOUND || lease->state == DHCPD_MOVED);
}

/** sent_by() - whether a lease's client has this Ethernet address */
static bool sent_by(const struct lease *lease, const uint8_t *mac)
{
	return lease->htype == HTYPE_ETHERNET && lease->hlen == 6 &&
	       memcmp(lease->chaddr, mac, 6) == 0;
}

void dhcpd_violation(struct dhcpd *d, struct dhcpd_now now, uint32_t address,
		     const uint8_t *mac)
{
	struct violation *v =
		&d->violations[siphash13_words(&d->key, address, 1) %
			       DHCP_VIOLATIONS];
	const struct lease *lease = dhcp_lease_find(d, now, address);
	struct dhcpd_event event = {
		.at = now.lapse,
		.type = DHCPD_EVENT_VIOLATION,
		.address = address,
	};

	dhcp_count(d, DHCPD_VIOLATIONS);
	if (v->address == address && now.real - v->at < VIOLATION_MS)
		return;
	*v = (struct violation){address, now.real};
	/* whoever has the address now is not who misused it */
	if (lease && (!mac || sent_by(lease, mac))) {
		dhcp_event_lease(d, now, DHCPD_EVENT_VIOLATION,
				 DHCPD_REASON_NONE, lease);
		return;
	}
	if (mac) {
		event.htype = HTYPE_ETHERNET;
		event.hlen = 6;
		memcpy(event.chaddr, mac, 6);
	}
	dhcp_event_put(d, &event);
}

/** bound() - the lease of an address that somebody holds, or NULL */
static struct lease *bound(struct dhcpd *d, struct dhcpd_now now,
			   uint32_t address)
{
	struct lease *lease = dhcp_lease_find(d, now, address);

	return lease && lease->state == DHCPD_BOUND ? lease : NULL;
}

int dhcpd_lease_expire(struct dhcpd *d, struct dhcpd_now now, uint32_t address)
{
	struct lease *lease = bound(d, now, address);

	if (!lease)
		return -ENOENT;
	dhcp_lease_end(d, now, lease, DHCPD_EXPIRED_LEASE,
		       DHCPD_REASON_OPERATOR);
	return 0;
}

int dhcpd_lease_release(struct dhcpd *d, struct dhcpd_now now, uint32_t address)
{
	struct lease *lease = bound(d, now, address);

	if (!lease)
		return -ENOENT;
	dhcp_lease_end(d, now, lease, DHCPD_RELEASED_LEASE,
		       DHCPD_REASON_OPERATOR);
	return 0;
}

int dhcpd_lease_nak(struct dhcpd *d, struct dhcpd_now now, uint32_t address)
{
	struct lease *lease = bound(d, now, address);

	if (!lease)
		return -ENOENT;
	lease->flags |= LEASE_NAK;
	dhcp_lease_note(d, lease);
	return 0;
}

/** may_move() - whether a client of a subnet may be moved to @to */
static bool may_move(const struct dhcpd *d, const struct lease *lease,
		     uint32_t to)
{
	return to != lease->address && lease->subnet < d->n_subnets &&
	       dhcp_address_pooled(d, lease->subnet, to);
}

int dhcpd_lease_move(struct dhcpd *d, struct dhcpd_now now, uint32_t address,
		     uint32_t *to)
{
	struct lease *old = bound(d, now, address), *lease;
	struct client client;

	if (!old)
		return -ENOENT;
	if (*to && !may_move(d, old, *to))
		return -EADDRNOTAVAIL;
	if (!*to && old->subnet >= d->n_subnets)
		return -EADDRNOTAVAIL;
	lease = *to ? dhcp_lease_find(d, now, *to) : NULL;
	if (lease && !lease_is_free(lease))
		return -EADDRINUSE;
	if (!lease)
		lease = *to ? dhcp_lease_make(d, *to)
			    : dhcp_any(d, now, old->subnet);
	if (!lease)
		return -EADDRNOTAVAIL;
	client = *lease_client(d, old);
	dhcp_lease_leave(d, old, lease->address);
	dhcp_lease_own(d, lease, client.id, client.id_len);
	memcpy(lease_client(d, lease)->hostname, client.hostname,
	       sizeof(client.hostname));
	lease->htype = old->htype;
	lease->hlen = old->hlen;
	memcpy(lease->chaddr, old->chaddr, sizeof(lease->chaddr));
	lease->partner = address;
	dhcp_lease_set(d, lease, DHCPD_RELEASED_LEASE, DHCPD_NEVER);
	*to = lease->address;
	return 0;
}

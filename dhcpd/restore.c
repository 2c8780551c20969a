// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * restore - leases to the journal's records and back
 */
#include "dhcpd/lease.h"

#include <errno.h>
#include <string.h>

/* How the engine's states are written; an offer is as if it were not there. */
static const enum journal_state written[] = {
	[DHCPD_FREE] = JOURNAL_FREE,
	[DHCPD_BOUND] = JOURNAL_BOUND,
	[DHCPD_EXPIRED_LEASE] = JOURNAL_EXPIRED,
	[DHCPD_RELEASED_LEASE] = JOURNAL_RELEASED,
	[DHCPD_QUARANTINED] = JOURNAL_QUARANTINED,
	[DHCPD_MOVED] = JOURNAL_MOVED,
};

static const enum dhcpd_state read[] = {
	[JOURNAL_FREE] = DHCPD_FREE,
	[JOURNAL_BOUND] = DHCPD_BOUND,
	[JOURNAL_EXPIRED] = DHCPD_EXPIRED_LEASE,
	[JOURNAL_RELEASED] = DHCPD_RELEASED_LEASE,
	[JOURNAL_QUARANTINED] = DHCPD_QUARANTINED,
	[JOURNAL_MOVED] = DHCPD_MOVED,
};

_Static_assert(sizeof(read) / sizeof(read[0]) == JOURNAL_STATES,
	       "every state is read");

/** left() - ms to a deadline; 0 if it is past, JOURNAL_NEVER if it never is */
static uint64_t left(uint64_t deadline, uint64_t now)
{
	if (deadline == DHCPD_NEVER)
		return JOURNAL_NEVER;
	return deadline > now ? deadline - now : 0;
}

/** state_written() - what of a lease a restart must know */
static enum journal_state state_written(const struct lease *lease)
{
	if (lease->state != DHCPD_OFFERED)
		return written[lease->state];
	if (!(lease->flags & LEASE_FORMER))
		return JOURNAL_FREE;
	return lease->flags & LEASE_RELEASE ? JOURNAL_RELEASED
					    : JOURNAL_EXPIRED;
}

/** record_write() - a lease as a record */
static size_t record_write(const struct dhcpd *d, struct dhcpd_now now,
			   uint64_t wall, const struct lease *lease,
			   uint8_t record[static JOURNAL_RECORD])
{
	const struct client *client = lease_client(d, lease);
	struct journal_entry entry = {
		.address = lease->address,
		.state = state_written(lease),
		.flags = lease->flags & LEASE_NAK ? JOURNAL_NAK : 0,
		.wall = wall,
		.length = lease->length,
		.partner = lease->partner,
		.htype = lease->htype,
		.hlen = lease->hlen,
	};

	if (lease->state != DHCPD_OFFERED && !lease_is_free(lease))
		entry.left = left(lease->deadline, now.lapse);
	if (lease->state == DHCPD_BOUND) {
		entry.renew_left = left(lease->renew_at, now.lapse);
		entry.rebind_left = left(lease->rebind_at, now.lapse);
	}
	if (entry.state != JOURNAL_FREE) {
		memcpy(entry.chaddr, lease->chaddr, sizeof(entry.chaddr));
		entry.id = client->id;
		entry.id_len = client->id_len;
		entry.hostname = client->hostname;
		entry.hostname_len =
			strnlen(client->hostname, DHCPD_HOSTNAME - 1);
	}
	return journal_encode(&entry, record);
}

size_t dhcpd_change_get(struct dhcpd *d, struct dhcpd_now now, uint64_t wall,
			uint8_t record[static JOURNAL_RECORD],
			uint64_t *sequence)
{
	struct lease *lease;

	if (d->change_first == DHCP_NONE) {
		*sequence = d->sequence;
		return 0;
	}
	lease = &d->leases[d->change_first];
	d->change_first = lease->change_next;
	if (d->change_first == DHCP_NONE)
		d->change_last = DHCP_NONE;
	lease->flags &= (uint8_t)~LEASE_CHANGED;
	*sequence = lease->change;
	return record_write(d, now, wall, lease, record);
}

size_t dhcpd_snapshot_next(const struct dhcpd *d, struct dhcpd_now now,
			   uint64_t wall, uint32_t *cursor,
			   uint8_t record[static JOURNAL_RECORD])
{
	while (*cursor < d->lease_pool.fresh) {
		uint32_t i = (*cursor)++;

		if (pool_used(&d->lease_pool, i) &&
		    state_written(&d->leases[i]) != JOURNAL_FREE)
			return record_write(d, now, wall, &d->leases[i],
					    record);
	}
	return 0;
}

/**
 * downtime() - ms of the lease that passed since a record was written
 *
 * By the wall clock, which may be wrong: a Raspberry Pi has none of its own at
 * boot. What is longer than the whole lease, or negative, is taken as nothing:
 * rather is an address kept too long than given away.
 */
static uint64_t downtime(const struct journal_entry *entry, uint64_t wall,
			 bool *jumped)
{
	uint64_t most =
		entry->state == JOURNAL_BOUND ? entry->length : entry->left;

	*jumped = wall < entry->wall || wall - entry->wall > most;
	return *jumped ? 0 : wall - entry->wall;
}

/** again() - a deadline of this run, from what was left in the last */
static uint64_t again(uint64_t now, uint64_t rest, uint64_t down)
{
	if (rest == JOURNAL_NEVER)
		return DHCPD_NEVER;
	rest = rest > down ? rest - down : 0;
	return rest < DHCPD_NEVER - now ? now + rest : DHCPD_NEVER;
}

/** clear() - a lease as it was before anything was known of it */
static void clear(struct dhcpd *d, struct lease *lease)
{
	dhcp_lease_place(d, lease, DHCPD_FREE, DHCPD_NEVER);
	dhcp_lease_disown(d, lease);
}

/** take_client() - the record's client, who may have another address no more */
static void take_client(struct dhcpd *d, struct dhcpd_now now,
			struct lease *lease, const struct journal_entry *entry)
{
	struct client *client = lease_client(d, lease);
	struct lease *other;

	other = dhcp_lease_of(d, now, entry->id, entry->id_len, lease->subnet);
	if (other && other != lease)
		clear(d, other);
	dhcp_lease_own(d, lease, entry->id, entry->id_len);
	memset(client->hostname, 0, sizeof(client->hostname));
	memcpy(client->hostname, entry->hostname, entry->hostname_len);
	lease->flags |= LEASE_PROBED;
	if (entry->flags & JOURNAL_NAK)
		lease->flags |= LEASE_NAK;
}

int dhcpd_restore(struct dhcpd *d, struct dhcpd_now now, uint64_t wall,
		  const struct journal_entry *entry, bool *jumped)
{
	struct lease *lease = dhcp_lease_peek(d, entry->address);
	enum dhcpd_state state = read[entry->state];
	/* those that end by themselves */
	bool timed = state == DHCPD_BOUND || state == DHCPD_QUARANTINED ||
		     state == DHCPD_MOVED;
	/* those that are a client's */
	bool owned = state == DHCPD_BOUND || state == DHCPD_EXPIRED_LEASE ||
		     state == DHCPD_RELEASED_LEASE;
	uint64_t down = 0;
	bool ignored;

	if (!jumped)
		jumped = &ignored;
	*jumped = false;
	if (timed)
		down = downtime(entry, wall, jumped);
	if (!lease)
		lease = dhcp_lease_make(d, entry->address);
	if (!lease)
		return -ENOSPC;
	clear(d, lease);
	if (owned && !entry->id_len)
		return 0;
	if (owned)
		take_client(d, now, lease, entry);
	lease->htype = entry->htype;
	lease->hlen = entry->hlen;
	memcpy(lease->chaddr, entry->chaddr, sizeof(lease->chaddr));
	lease->partner = entry->partner;
	lease->length = entry->length;
	lease->renew_at = again(now.lapse, entry->renew_left, down);
	lease->rebind_at = again(now.lapse, entry->rebind_left, down);
	dhcp_lease_place(d, lease, state,
			 timed ? again(now.lapse, entry->left, down)
			       : DHCPD_NEVER);
	return 0;
}

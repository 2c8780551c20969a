/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evict - who has to go
 */
#include "nat/evict.h"

#include "nat/address.h"
#include "nat/table.h"

/** older() - the one of two sessions that was silent for longer */
static struct session *older(struct session *a, struct session *b)
{
	return !a || b->last_seen < a->last_seen ? b : a;
}

/** of_subscriber() - the oldest session of one internal address, or NULL */
static struct session *of_subscriber(const struct nat *nat, uint32_t internal)
{
	uint32_t s = subscriber_find(nat, internal);
	struct session *oldest = NULL;
	uint32_t m, i;

	if (s == NAT_NONE)
		return NULL;
	for (m = nat->subscribers[s].first; m != NAT_NONE;
	     m = nat->mappings[m].peer_next)
		for (i = nat->mappings[m].sessions; i != NAT_NONE;
		     i = nat->sessions[i].sibling_next)
			oldest = older(oldest, &nat->sessions[i]);
	return oldest;
}

/**
 * of_all() - the oldest of all sessions, or NULL
 *
 * A walk over the table, at most once a new session while the table is full:
 * nothing is kept up to date on the packet path for a setting that hardly
 * anybody uses.
 */
static struct session *of_all(const struct nat *nat)
{
	struct session *oldest = NULL;

	for (uint32_t i = 0; i < nat->session_pool.fresh; i++)
		if (pool_used(&nat->session_pool, i))
			oldest = older(oldest, &nat->sessions[i]);
	return oldest;
}

bool evict_oldest(struct nat *nat, uint64_t now, uint32_t internal,
		  enum nat_stat why)
{
	struct session *oldest = NULL;

	if (why == NAT_DROP_SUBSCRIBER_SESSIONS ||
	    why == NAT_DROP_SUBSCRIBER_PORTS ||
	    why == NAT_DROP_SUBSCRIBER_BLOCKS)
		oldest = of_subscriber(nat, internal);
	else if (why == NAT_DROP_MAX_SESSIONS ||
		 why == NAT_DROP_PORTS_EXHAUSTED ||
		 why == NAT_DROP_ADDRESSES_EXHAUSTED)
		oldest = of_all(nat);
	if (!oldest)
		return false;
	session_end(nat, now, oldest, NAT_REASON_EVICTED);
	return true;
}

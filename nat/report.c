/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report - sessions and mappings as others see them, one at a time
 */
#include "nat/policy.h"
#include "nat/table.h"
#include "nat/timer.h"

/** left() - ms from @now to a deadline, or NAT_NEVER */
static uint64_t left(uint64_t deadline, uint64_t now)
{
	return deadline == NAT_NEVER ? NAT_NEVER : deadline - now;
}

/** describe() - a session's report */
static void describe(const struct nat *nat, uint64_t now, uint32_t index,
		     struct nat_session_info *info)
{
	const struct session *s = &nat->sessions[index];
	const struct policy_slot *slot = policy_slot(nat, s->policy);

	*info = (struct nat_session_info){
		.index = index,
		.protocol = s->protocol,
		.internal = session_internal(s),
		.external = session_external(s),
		.remote = session_remote(s),
		.state = s->state,
		.timer = timer_of(s),
		.client = slot->client,
		.profile = slot->profile,
		.bytes_out = s->bytes[SIDE_INTERNAL],
		.bytes_in = s->bytes[SIDE_EXTERNAL],
		.packets_out = s->packets[SIDE_INTERNAL],
		.packets_in = s->packets[SIDE_EXTERNAL],
		.age = now - s->created,
		.idle = now - s->last_seen,
		.expires_in = left(timer_deadline(nat, s), now),
		.idle_timer = timer_open(nat, s),
	};
}

bool nat_session_next(const struct nat *nat, struct nat_now now,
		      uint32_t *cursor, struct nat_session_info *info)
{
	while (*cursor < nat->session_pool.fresh) {
		uint32_t i = (*cursor)++;

		if (!pool_used(&nat->session_pool, i) ||
		    timer_deadline(nat, &nat->sessions[i]) <= now.lapse)
			continue;
		describe(nat, now.lapse, i, info);
		return true;
	}
	return false;
}

/** mapping_deadline() - the latest deadline of what keeps a mapping alive */
static uint64_t mapping_deadline(const struct nat *nat, const struct mapping *m)
{
	uint64_t latest = 0;
	uint32_t i;

	if (m->flags & MAPPING_FIXED)
		return NAT_NEVER;
	for (i = m->sessions; i != NAT_NONE;
	     i = nat->sessions[i].sibling_next) {
		const struct session *s = &nat->sessions[i];
		uint64_t deadline;

		if (!(s->flags & SESSION_KEEPER))
			continue;
		deadline = timer_deadline(nat, s);
		if (deadline > latest)
			latest = deadline;
	}
	return latest;
}

bool nat_mapping_next(const struct nat *nat, struct nat_now now,
		      uint32_t *cursor, struct nat_mapping_info *info)
{
	while (*cursor < nat->mapping_pool.fresh) {
		uint32_t i = (*cursor)++;
		const struct mapping *m = &nat->mappings[i];
		uint64_t deadline;

		if (!pool_used(&nat->mapping_pool, i))
			continue;
		deadline = mapping_deadline(nat, m);
		if (deadline <= now.lapse)
			continue;
		*info = (struct nat_mapping_info){
			.index = i,
			.protocol = m->protocol,
			.internal = m->internal,
			.external = m->external,
			.remote = m->remote,
			.sessions = m->n_sessions,
			.fixed = m->flags & MAPPING_FIXED,
			.expires_in = left(deadline, now.lapse),
		};
		return true;
	}
	return false;
}

void nat_session_end(struct nat *nat, struct nat_now now, uint32_t index,
		     enum nat_reason reason)
{
	if (pool_used(&nat->session_pool, index))
		session_end(nat, now.lapse, &nat->sessions[index], reason);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expire - lazily aged sessions meet their deadlines here
 */
#include "nat/expire.h"

#include "nat/answer.h"
#include "nat/block.h"
#include "nat/fault.h"
#include "nat/fragment.h"
#include "nat/hold.h"
#include "nat/policy.h"
#include "nat/syn.h"
#include "nat/table.h"
#include "nat/timer.h"

/** lapse_reason() - what the end of a session's timer means */
static enum nat_reason lapse_reason(const struct nat *nat, uint64_t now,
				    const struct session *session)
{
	const struct nat_policy *policy =
		&policy_slot(nat, session->policy)->policy;

	if (session->state == NAT_STATE_TCP_FIN_BOTH)
		return NAT_REASON_CLOSED;
	if (session->state == NAT_STATE_TCP_TRANS)
		return NAT_REASON_RESET;
	if (policy->max_lifetime != NAT_NEVER &&
	    now - session->created >= policy->max_lifetime)
		return NAT_REASON_LIFETIME;
	return NAT_REASON_IDLE;
}

void session_lapse(struct nat *nat, uint64_t now, struct session *session)
{
	enum nat_reason reason = lapse_reason(nat, now, session);

	nat_count(nat, NAT_SESSIONS_LAPSED);
	if (reason == NAT_REASON_IDLE || reason == NAT_REASON_LIFETIME)
		answer_expiry(nat, session);
	session_end(nat, now, session, reason);
}

void mapping_lapse(struct nat *nat, uint64_t now, uint32_t mapping)
{
	/* The end of the last keeper is the end of the mapping. */
	for (uint32_t n = nat->mappings[mapping].keepers; n; n--) {
		uint32_t i = nat->mappings[mapping].sessions;

		while (!(nat->sessions[i].flags & SESSION_KEEPER))
			i = nat->sessions[i].sibling_next;
		session_lapse(nat, now, &nat->sessions[i]);
	}
}

bool nat_expire(struct nat *nat, struct nat_now now, unsigned budget)
{
	uint32_t i;

	hold_expire(nat, now.lapse);
	block_expire(nat, now.lapse);
	syn_expire(nat, now);
	fault_expire(nat, now.lapse);
	fragment_expire(nat, now.real);
	while ((i = wheel_pop(&nat->wheel, now.lapse)) != WHEEL_NONE) {
		struct session *s = &nat->sessions[i];
		uint64_t deadline = timer_deadline(nat, s);

		if (deadline > now.lapse) {
			if (deadline != NAT_NEVER)
				wheel_add(&nat->wheel, i, deadline);
			continue;
		}
		if (!budget--) {
			/* due at once: the next call takes it up again */
			wheel_add(&nat->wheel, i, deadline);
			return true;
		}
		session_lapse(nat, now.lapse, s);
	}
	return false;
}

/** earlier() - the earlier of two times */
static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t nat_next(const struct nat *nat)
{
	uint64_t next = wheel_next(&nat->wheel);

	next = earlier(next, wheel_next(&nat->held_wheel));
	next = earlier(next, wheel_next(&nat->block_wheel));
	next = earlier(next, syn_next(nat));
	return earlier(next, fault_next(nat));
}

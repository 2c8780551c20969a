/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limit - per-subscriber limits of sessions and of their rate
 */
#include "nat/limit.h"

#include "nat/policy.h"

/**
 * rate_ok() - spend one new session of the subscriber's rate
 *
 * A virtual clock (generic cell rate algorithm) instead of a bucket: each
 * session moves it 1/rate on; it may be at most one second ahead of the time.
 * In microseconds, so that any rate up to a million a second is exact.
 */
static bool rate_ok(struct subscriber *s, uint64_t real_ms, uint32_t rate)
{
	uint64_t now = real_ms * 1000;
	uint64_t step = rate < 1000000 ? 1000000 / rate : 1;

	if (s->rate_at < now)
		s->rate_at = now;
	if (s->rate_at + step > now + 1000000)
		return false;
	s->rate_at += step;
	return true;
}

bool limit_session(struct nat *nat, struct nat_now now, uint32_t subscriber,
		   uint16_t policy, enum nat_stat *why)
{
	const struct nat_policy *p = &policy_slot(nat, policy)->policy;
	struct subscriber *s = &nat->subscribers[subscriber];

	if (s->sessions >= p->sessions_per_subscriber) {
		*why = NAT_DROP_SUBSCRIBER_SESSIONS;
		return false;
	}
	if (p->new_sessions_per_second != NAT_NO_LIMIT &&
	    (!p->new_sessions_per_second ||
	     !rate_ok(s, now.real, p->new_sessions_per_second))) {
		*why = NAT_DROP_RATE;
		return false;
	}
	return true;
}

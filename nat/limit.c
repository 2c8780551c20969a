/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limit - per-subscriber limits of sessions and of their rate
 */
#include "nat/limit.h"

#include "nat/policy.h"

/** step_us() - how far one session moves a subscriber's rate_at on */
static uint64_t step_us(uint32_t rate)
{
	return rate < 1000000 ? 1000000 / rate : 1;
}

/** rate_at() - up to when the rate is used, in us; never in the past */
static uint64_t rate_at(const struct subscriber *s, uint64_t real_ms)
{
	uint64_t now = real_ms * 1000;

	return s && s->rate_at > now ? s->rate_at : now;
}

/**
 * rate_ok() - whether one new session is within a subscriber's rate
 * @s:		subscriber, or NULL if there is none yet
 *
 * A virtual clock (generic cell rate algorithm) instead of a bucket: each
 * session moves it 1/rate on; it may be at most one second ahead of the time.
 * In microseconds, so that any rate up to a million a second is exact.
 */
static bool rate_ok(const struct subscriber *s, uint64_t real_ms, uint32_t rate)
{
	return rate &&
	       rate_at(s, real_ms) + step_us(rate) <= real_ms * 1000 + 1000000;
}

bool limit_session(const struct nat *nat, struct nat_now now,
		   uint32_t subscriber, uint16_t policy, enum nat_stat *why)
{
	const struct nat_policy *p = &nat->policies[policy]->policy;
	const struct subscriber *s =
		subscriber == NAT_NONE ? NULL : &nat->subscribers[subscriber];

	if ((s ? s->sessions : 0) >= p->sessions_per_subscriber)
		*why = NAT_DROP_SUBSCRIBER_SESSIONS;
	else if (p->new_sessions_per_second != NAT_NO_LIMIT &&
		 !rate_ok(s, now.real, p->new_sessions_per_second))
		*why = NAT_DROP_RATE;
	else if (nat->session_pool.used >= nat->max_sessions)
		*why = NAT_DROP_MAX_SESSIONS;
	else
		return true;
	return false;
}

void limit_spend(struct nat *nat, struct nat_now now, uint32_t subscriber,
		 uint16_t policy)
{
	uint32_t rate = nat->policies[policy]->policy.new_sessions_per_second;
	struct subscriber *s = &nat->subscribers[subscriber];

	if (rate && rate != NAT_NO_LIMIT)
		s->rate_at = rate_at(s, now.real) + step_us(rate);
}

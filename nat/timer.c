/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timer - idle timers (RFC 4787 REQ-5, 5382 REQ-5, 5508 REQ-2, 7857 2.1)
 */
#include "nat/timer.h"

#include "nat/history.h"
#include "nat/policy.h"

enum nat_timer timer_of(const struct session *session)
{
	switch ((enum nat_state)session->state) {
	case NAT_STATE_TCP_INIT_OUT:
	case NAT_STATE_TCP_INIT_IN:
		return NAT_TIMER_TCP_TRANS_OPEN;
	case NAT_STATE_TCP_ESTABLISHED:
	case NAT_STATE_TCP_FIN_OUT:
	case NAT_STATE_TCP_FIN_IN:
		/* A half-closed connection may go on for as long as an open
		 * one (RFC 6146 section 3.5.2.2). */
		return NAT_TIMER_TCP_IDLE;
	case NAT_STATE_TCP_FIN_BOTH:
		return NAT_TIMER_TCP_TRANS_CLOSE;
	case NAT_STATE_TCP_TRANS:
		return NAT_TIMER_TCP_RST;
	case NAT_STATE_INITIAL:
	case NAT_STATE_ACTIVE:
		break;
	}
	if (session->protocol == PROTO_TCP)
		return NAT_TIMER_TCP_TRANS_OPEN;
	if (session->protocol == PROTO_ICMP)
		return NAT_TIMER_ICMP;
	if (session->protocol != PROTO_UDP)
		return NAT_TIMER_OTHER;
	return session->state == NAT_STATE_ACTIVE ? NAT_TIMER_UDP
						  : NAT_TIMER_UDP_INITIAL;
}

/** jitter() - @ms more or less by @percent; never 0 by it */
static uint64_t jitter(uint64_t ms, int percent)
{
	uint64_t part;

	if (!percent)
		return ms;
	/* in two steps, since ms * 100 might not fit */
	part = ms / 100 * (uint64_t)(percent < 0 ? -percent : percent) +
	       ms % 100 * (uint64_t)(percent < 0 ? -percent : percent) / 100;
	if (percent < 0)
		return ms > part ? ms - part : 1;
	return ms + part < ms ? NAT_NEVER - 1 : ms + part;
}

uint64_t timer_length(const struct nat *nat, const struct session *session)
{
	const struct policy_slot *slot = policy_slot(nat, session->policy);
	enum nat_timer timer = timer_of(session);
	uint64_t ms = slot->policy.timer[timer];

	/* The per-port timer is the one of a session in use: a TCP connection
	 * that opens, closes or was reset keeps its own. */
	if (session->port_rule && timer != NAT_TIMER_TCP_TRANS_OPEN &&
	    timer != NAT_TIMER_TCP_TRANS_CLOSE && timer != NAT_TIMER_TCP_RST)
		ms = slot->rules->rule[session->port_rule - 1].timeout;
	return ms == NAT_NEVER ? NAT_NEVER : jitter(ms, session->jitter);
}

bool timer_is_over(const struct session *session)
{
	return session->protocol == PROTO_TCP &&
	       (session->state == NAT_STATE_TCP_FIN_BOTH ||
		session->state == NAT_STATE_TCP_TRANS);
}

uint64_t timer_open(const struct nat *nat, const struct session *session)
{
	struct session open = *session;

	if (timer_is_over(session))
		open.state = NAT_STATE_TCP_ESTABLISHED;
	return timer_length(nat, &open);
}

/** later() - @at + @ms, or NEVER */
static uint64_t later(uint64_t at, uint64_t ms)
{
	return ms > NAT_NEVER - 1 - at ? NAT_NEVER : at + ms;
}

uint64_t timer_deadline(const struct nat *nat, const struct session *session)
{
	const struct nat_policy *policy =
		&policy_slot(nat, session->policy)->policy;
	uint64_t idle = later(session->last_seen, timer_length(nat, session));
	uint64_t whole = later(session->created, policy->max_lifetime);

	return idle < whole ? idle : whole;
}

void timer_refresh(struct nat *nat, uint64_t now, struct session *session,
		   enum side by, size_t len)
{
	switch (policy_behaviour(nat, session->policy, session->protocol)
			->refresh) {
	case NAT_REFRESH_BOTH:
		break;
	case NAT_REFRESH_OUTBOUND:
		if (by != SIDE_INTERNAL)
			return;
		break;
	case NAT_REFRESH_INBOUND:
		if (by != SIDE_EXTERNAL)
			return;
		break;
	case NAT_REFRESH_NONE:
		return;
	}
	if (now - session->last_seen >= HISTORY_PAUSE)
		history_beat(nat, now, session, now - session->last_seen, len);
	session->last_seen = now;
}

void timer_file(struct nat *nat, struct session *session)
{
	uint32_t index = session_index(nat, session);
	uint64_t deadline = timer_deadline(nat, session);

	wheel_del(&nat->wheel, index);
	if (deadline != NAT_NEVER)
		wheel_add(&nat->wheel, index, deadline);
}

int8_t timer_jitter(struct nat *nat, uint16_t policy)
{
	unsigned percent = policy_slot(nat, policy)->policy.expiry_jitter;

	if (!percent)
		return 0;
	return (int8_t)((int)rng_below(&nat->rng, 2 * percent + 1) -
			(int)percent);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * miss - a packet without a session: may it open one, and if not, what then
 */
#include "nat/address.h"
#include "nat/answer.h"
#include "nat/event.h"
#include "nat/evict.h"
#include "nat/filter.h"
#include "nat/history.h"
#include "nat/limit.h"
#include "nat/policy.h"
#include "nat/query.h"
#include "nat/step.h"
#include "nat/syn.h"
#include "nat/table.h"

#define EVICT_TRIES 8

/** stray_event() - tell of a packet that belongs to nothing */
static void stray_event(struct step *step, enum nat_event_type type,
			enum nat_reason reason)
{
	struct nat_event event = {
		.at = step->now.lapse,
		.type = type,
		.reason = reason,
		.protocol = step->h.tuple.protocol,
	};

	if (type == NAT_EVENT_STRAY_OUTBOUND) {
		event.internal = step->h.tuple.src;
		event.remote = step->h.tuple.dst;
		event.late = history_late_out(step->nat, step->now.lapse,
					      event.protocol, event.internal,
					      event.remote);
	} else {
		event.external = step->h.tuple.dst;
		event.remote = step->h.tuple.src;
		event.late = history_late_in(step->nat, step->now.lapse,
					     event.protocol, event.external,
					     event.remote);
	}
	event_put(step->nat, &event);
}

/** opens() - whether a packet may open a session (RFC 5382, RFC 5508 REQ-1) */
static bool opens(const struct headers *h)
{
	if (h->tuple.protocol == PROTO_TCP)
		return (h->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	if (h->tuple.protocol == PROTO_ICMP)
		return h->icmp_kind == ICMP_KIND_QUERY;
	return true;
}

/**
 * stray_outbound() - an outbound packet that belongs to no session
 *
 * Return: true if it may open one all the same (`remap`).
 */
static bool stray_outbound(struct step *step, const struct nat_policy *policy)
{
	const struct headers *h = &step->h;

	stray_event(step, NAT_EVENT_STRAY_OUTBOUND, NAT_REASON_NO_SESSION);
	if (h->tuple.protocol != PROTO_TCP || (h->tcp_flags & TCP_RST))
		return false;
	switch (policy->stray_outbound) {
	case NAT_STRAY_REMAP:
		return true;
	case NAT_STRAY_RST:
		answer_rst(step->nat, h);
		break;
	case NAT_STRAY_ICMP:
		answer_icmp(step->nat, step->now, h, 0, ICMP_UNREACHABLE, 1);
		break;
	case NAT_STRAY_DROP:
		break;
	}
	return false;
}

/** exhausted() - an outbound packet for which there was no room */
static enum nat_verdict
exhausted(struct step *step, const struct nat_policy *policy, enum nat_stat why)
{
	exhausted_event(step->nat, step->now.lapse, &step->h.tuple, NULL, why);
	if (policy->on_exhaustion == NAT_EXHAUST_ICMP_HOST)
		answer_icmp(step->nat, step->now, &step->h, 0, ICMP_UNREACHABLE,
			    1);
	else if (policy->on_exhaustion == NAT_EXHAUST_ICMP_PROHIBITED)
		answer_icmp(step->nat, step->now, &step->h, 0, ICMP_UNREACHABLE,
			    13);
	return drop(step, why);
}

/** mapping_for() - the mapping of an outbound packet, found or made */
static uint32_t mapping_for(struct step *step, uint16_t policy,
			    enum nat_stat *why)
{
	struct nat *nat = step->nat;
	const struct tuple *tuple = &step->h.tuple;
	enum nat_mapping_behaviour behaviour =
		policy_behaviour(nat, policy, tuple->protocol)->mapping;
	uint32_t m;

	/* A forward is endpoint-independent, whatever the rest is. */
	if (behaviour != NAT_MAP_EIM) {
		m = mapping_find_out(nat, step->now.lapse, tuple, NAT_MAP_EIM);
		if (m != NAT_NONE && nat->mappings[m].flags & MAPPING_FIXED)
			return m;
	}
	m = mapping_find_out(nat, step->now.lapse, tuple, behaviour);
	if (m != NAT_NONE)
		return m;
	if (!limit_session(nat, step->now,
			   subscriber_find(nat, tuple->src.addr), policy, why))
		return NAT_NONE;
	return mapping_make(nat, step->now, tuple, policy, why);
}

/** make_outbound() - mapping and session; nothing is left of a failure */
static struct session *make_outbound(struct step *step, uint16_t policy,
				     enum nat_stat *why)
{
	uint32_t m = mapping_for(step, policy, why);

	if (m == NAT_NONE)
		return NULL;
	return session_make(step->nat, step->now, m, step->h.tuple.dst,
			    SIDE_INTERNAL, NAT_REASON_OUTBOUND, why);
}

/**
 * remember() - a session that a client has opened: instead of one that lapsed?
 *
 * A datagram has no SYN: it is late for the old session, and opens the new one.
 */
static struct session *remember(struct step *step, struct session *s)
{
	if (!opens(&step->h))
		return s; /* it has been told to be late */
	if (s->protocol != PROTO_TCP)
		history_late_out(step->nat, step->now.lapse, s->protocol,
				 session_internal(s), session_remote(s));
	history_heir(step->nat, step->now.lapse, s);
	return s;
}

struct session *miss_outbound(struct step *step, enum nat_verdict *verdict)
{
	struct nat *nat = step->nat;
	uint16_t policy =
		policy_of(nat, step->h.tuple.src.addr, step->packet->mac);
	const struct nat_policy *p = &policy_slot(nat, policy)->policy;
	enum nat_stat why = NAT_DROP_MAX_SESSIONS;
	struct session *s;

	if (!opens(&step->h) && !stray_outbound(step, p)) {
		*verdict = drop(step, step->h.tuple.protocol == PROTO_ICMP
					      ? NAT_DROP_ICMP_NO_SESSION
					      : NAT_DROP_STRAY_OUTBOUND);
		return NULL;
	}
	s = make_outbound(step, policy, &why);
	if (s)
		return remember(step, s);
	/* Something overdue may be in the way that nobody has met yet. */
	if (nat_next(nat) <= step->now.lapse) {
		nat_expire(nat, step->now, UINT32_MAX);
		s = make_outbound(step, policy, &why);
	}
	/* Ending one session may free no port, if others share the mapping:
	 * a few tries, and then it is exhaustion all the same. */
	for (int tries = 0;
	     !s && tries < EVICT_TRIES &&
	     p->on_exhaustion == NAT_EXHAUST_EVICT &&
	     evict_oldest(nat, step->now.lapse, step->h.tuple.src.addr, why);
	     tries++)
		s = make_outbound(step, policy, &why);
	if (!s)
		*verdict = exhausted(step, p, why);
	return s ? remember(step, s) : NULL;
}

bool for_host(const struct nat *nat, const struct tuple *tuple)
{
	uint32_t i = address_index(nat, tuple->dst.addr);
	const struct external_address *a;
	enum port_class class;

	if (i == NAT_NONE)
		return true;
	a = &nat->addresses[i];
	if (!a->host)
		return false;
	if (tuple->protocol != PROTO_TCP && tuple->protocol != PROTO_UDP)
		return true;
	class = tuple->protocol == PROTO_TCP ? PORT_CLASS_TCP : PORT_CLASS_UDP;
	return tuple->dst.port < 1024 ||
	       tuple->dst.port >= NAT_HOST_PORT_FIRST ||
	       port_set_has(&a->reserved[class], tuple->dst.port);
}

/** refuse() - an ICMP error, for a SYN only after a while (RFC 5382 REQ-4) */
static void refuse(struct step *step, uint16_t policy)
{
	const struct headers *h = &step->h;
	uint64_t wait = policy_slot(step->nat, policy)
				->policy.timer[NAT_TIMER_TCP_IN_SYN];

	if (h->tuple.protocol == PROTO_TCP && (h->tcp_flags & TCP_SYN) && wait)
		syn_hold(step->nat, step->now.lapse, h, wait);
	else
		answer_icmp(step->nat, step->now, h, h->tuple.dst.addr,
			    ICMP_UNREACHABLE, 3);
}

/** stray_inbound() - an inbound packet that may not come in */
static enum nat_verdict stray_inbound(struct step *step, uint16_t policy,
				      enum nat_stat stat,
				      enum nat_reason reason)
{
	const struct headers *h = &step->h;

	stray_event(step, NAT_EVENT_STRAY_INBOUND, reason);
	switch (policy_slot(step->nat, policy)->policy.stray_inbound) {
	case NAT_STRAY_IN_RST:
		if (h->tuple.protocol == PROTO_TCP)
			answer_rst(step->nat, h);
		break;
	case NAT_STRAY_IN_ICMP:
		refuse(step, policy);
		break;
	case NAT_STRAY_IN_HOST:
		return pass(step, NAT_PASSED_HOST);
	case NAT_STRAY_IN_DROP:
		break;
	}
	return drop(step, stat);
}

/**
 * refused() - an inbound packet for which there was no room
 * @called:	the mapping that it came for, made or not
 */
static enum nat_verdict refused(struct step *step, const struct tuple *tuple,
				const struct mapping *called, enum nat_stat why)
{
	exhausted_event(step->nat, step->now.lapse, tuple, called, why);
	return drop(step, why);
}

/**
 * whole_for() - the mapping of an inbound packet to an address that is all one
 * host's, made
 *
 * Return: its index, or NAT_NONE; then *@verdict is set if that is why.
 */
static uint32_t whole_for(struct step *step, const struct tuple *tuple,
			  enum nat_verdict *verdict)
{
	enum nat_stat why = NAT_DROP_MAX_SESSIONS;
	struct nat *nat = step->nat;
	struct mapping wanted;
	uint32_t m = NAT_NONE;

	if (!opens(&step->h) || !mapping_whole(nat, tuple, &wanted))
		return NAT_NONE;
	if (limit_session(nat, step->now,
			  subscriber_find(nat, wanted.internal.addr),
			  wanted.policy, &why))
		m = mapping_insert(nat, step->now.lapse, &wanted);
	if (m == NAT_NONE)
		*verdict = refused(step, tuple, &wanted, why);
	return m;
}

/**
 * called() - the mapping that an inbound packet is for
 *
 * Return: its index, or NAT_NONE with *@verdict set.
 */
static uint32_t called(struct step *step, const struct tuple *tuple,
		       enum nat_verdict *verdict)
{
	struct nat *nat = step->nat;
	uint32_t m = mapping_find_in(nat, step->now.lapse, tuple->protocol,
				     tuple->dst, &tuple->src);

	*verdict = NAT_PASS;
	if (m == NAT_NONE)
		m = whole_for(step, tuple, verdict);
	if (m == NAT_NONE)
		m = query_mapping(step, tuple->src.addr);
	if (m != NAT_NONE || *verdict == NAT_DROP)
		return m;
	if (for_host(nat, tuple))
		*verdict = pass(step, NAT_PASSED_HOST);
	else
		*verdict = stray_inbound(step, nat->policy_default,
					 NAT_DROP_NO_MAPPING,
					 NAT_REASON_NO_MAPPING);
	return m;
}

struct session *miss_inbound(struct step *step, const struct tuple *tuple,
			     enum nat_verdict *verdict)
{
	enum nat_stat why = NAT_DROP_MAX_SESSIONS;
	struct nat *nat = step->nat;
	struct session *s;
	uint32_t m;

	/* The gateway's own ping may well use the identifier of a mapping. */
	if (step->h.icmp_kind == ICMP_KIND_REPLY && for_host(nat, tuple)) {
		*verdict = pass(step, NAT_PASSED_HOST);
		return NULL;
	}
	m = called(step, tuple, verdict);
	if (m == NAT_NONE)
		return NULL;
	step->receiver = nat->mappings[m].internal.addr;
	if (!filter_permits(nat, m, tuple->src) &&
	    !query_permitted(step, m, tuple->src.addr)) {
		/* A ping of the address that the host shares, as ever. */
		if (query_shared(step) && for_host(nat, tuple)) {
			*verdict = pass(step, NAT_PASSED_HOST);
			return NULL;
		}
		*verdict =
			stray_inbound(step, nat->mappings[m].policy,
				      NAT_DROP_FILTERED, NAT_REASON_FILTERED);
		return NULL;
	}
	if (!opens(&step->h)) {
		*verdict = stray_inbound(step, nat->mappings[m].policy,
					 NAT_DROP_NO_SESSION,
					 NAT_REASON_NO_SESSION);
		return NULL;
	}
	s = session_make(nat, step->now, m, tuple->src, SIDE_EXTERNAL,
			 NAT_REASON_INBOUND, &why);
	if (!s)
		*verdict = refused(step, tuple, &nat->mappings[m], why);
	return s;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session - the session table: both directions in keyed hashes
 */
#include <stdlib.h>
#include "base/checksum.h"
#include "nat/event.h"
#include "nat/expire.h"
#include "nat/filter.h"
#include "nat/history.h"
#include "nat/limit.h"
#include "nat/policy.h"
#include "nat/table.h"
#include "nat/timer.h"

/** head_out() - the chain of an outbound look-up */
static uint32_t *head_out(const struct nat *nat, uint8_t protocol,
			  struct endpoint internal, struct endpoint remote)
{
	return &nat->by_internal
			.head[hash_endpoints(nat, protocol, internal, remote) &
			      nat->by_internal.mask];
}

/** head_in() - the chain of an inbound look-up */
static uint32_t *head_in(const struct nat *nat, uint8_t protocol,
			 struct endpoint external, struct endpoint remote)
{
	return &nat->by_external
			.head[hash_endpoints(nat, protocol, external, remote) &
			      nat->by_external.mask];
}

/**
 * alive() - @session if it has not lapsed; if it has, it ends here
 *
 * So no packet ever meets an overdue session, however late nat_expire() is.
 */
static struct session *alive(struct nat *nat, uint64_t now,
			     struct session *session)
{
	if (timer_deadline(nat, session) > now)
		return session;
	session_lapse(nat, now, session);
	return NULL;
}

/** find_out() - the session of an outbound packet, overdue or not; or NONE */
static uint32_t find_out(const struct nat *nat, const struct tuple *tuple)
{
	uint32_t i = *head_out(nat, tuple->protocol, tuple->src, tuple->dst);

	for (; i != NAT_NONE; i = nat->sessions[i].next_out) {
		const struct session *s = &nat->sessions[i];

		if (s->protocol == tuple->protocol &&
		    endpoint_equal(session_internal(s), tuple->src) &&
		    endpoint_equal(session_remote(s), tuple->dst))
			break;
	}
	return i;
}

struct session *session_find_out(struct nat *nat, uint64_t now,
				 const struct tuple *tuple)
{
	uint32_t i = find_out(nat, tuple);

	return i == NAT_NONE ? NULL : alive(nat, now, &nat->sessions[i]);
}

const struct session *session_peek_out(const struct nat *nat,
				       const struct tuple *tuple)
{
	uint32_t i = find_out(nat, tuple);

	return i == NAT_NONE ? NULL : &nat->sessions[i];
}

struct session *session_find_in(struct nat *nat, uint64_t now,
				const struct tuple *tuple)
{
	uint32_t i = *head_in(nat, tuple->protocol, tuple->dst, tuple->src);

	for (; i != NAT_NONE; i = nat->sessions[i].next_in) {
		struct session *s = &nat->sessions[i];

		if (s->protocol == tuple->protocol &&
		    endpoint_equal(session_external(s), tuple->dst) &&
		    endpoint_equal(session_remote(s), tuple->src))
			return alive(nat, now, s);
	}
	return NULL;
}

/** unchain() - take @index out of the chain that begins at @head */
static void unchain(struct nat *nat, uint32_t *head, uint32_t index, bool out)
{
	while (*head != index) {
		struct session *s = &nat->sessions[*head];

		head = out ? &s->next_out : &s->next_in;
	}
	*head = out ? nat->sessions[index].next_out
		    : nat->sessions[index].next_in;
}

/**
 * set_ends() - a session's internal and external end: its mapping's; and what
 * the outbound rewrite adds to checksums (RFC 1624)
 *
 * But where the other end is the one that asks by an ICMP query, ours has no
 * identifier.
 */
static void set_ends(const struct nat *nat, struct session *s)
{
	const struct mapping *m = &nat->mappings[s->mapping];
	bool asked = s->protocol == PROTO_ICMP && s->remote_port;

	s->internal_addr = m->internal.addr;
	s->internal_port = asked ? 0 : m->internal.port;
	s->external_addr = m->external.addr;
	s->external_port = asked ? 0 : m->external.port;
	s->delta_addr = checksum_fold(
		checksum_delta32(s->internal_addr, s->external_addr));
	s->delta_port = checksum_fold(
		checksum_delta16(s->internal_port, s->external_port));
}

/** fill() - a new session's data */
static void fill(struct nat *nat, struct session *s, uint64_t now,
		 uint32_t mapping, struct endpoint remote)
{
	const struct mapping *m = &nat->mappings[mapping];

	*s = (struct session){
		.last_seen = now,
		.created = now,
		.remote_addr = remote.addr,
		.remote_port = remote.port,
		.protocol = m->protocol,
		.state = NAT_STATE_INITIAL,
		.mapping = mapping,
		.policy = policy_current(nat, m->policy, m->internal.addr),
	};
	set_ends(nat, s);
	s->port_rule =
		policy_port_rule(nat, s->policy, s->protocol, remote.port);
	s->jitter = timer_jitter(nat, s->policy);
	policy_get(nat, s->policy);
}

/** link_session() - into both hashes and the mapping's list */
static void link_session(struct nat *nat, struct session *s)
{
	uint32_t index = session_index(nat, s);
	struct mapping *m = &nat->mappings[s->mapping];
	uint32_t *head;

	head = head_out(nat, s->protocol, session_internal(s),
			session_remote(s));
	/* Behind the others: a caller at another of the host's mappings must
	 * not change what its own packets are mapped to (RFC 4787 REQ-11). */
	while (*head != NAT_NONE)
		head = &nat->sessions[*head].next_out;
	s->next_out = NAT_NONE;
	*head = index;
	head = head_in(nat, s->protocol, session_external(s),
		       session_remote(s));
	s->next_in = *head;
	*head = index;
	s->sibling_prev = NAT_NONE;
	s->sibling_next = m->sessions;
	if (m->sessions != NAT_NONE)
		nat->sessions[m->sessions].sibling_prev = index;
	m->sessions = index;
	m->n_sessions++;
	nat->subscribers[m->subscriber].sessions++;
}

/** unlink_session() - undo link_session() */
static void unlink_session(struct nat *nat, struct session *s)
{
	uint32_t index = session_index(nat, s);
	struct mapping *m = &nat->mappings[s->mapping];

	unchain(nat,
		head_out(nat, s->protocol, session_internal(s),
			 session_remote(s)),
		index, true);
	unchain(nat,
		head_in(nat, s->protocol, session_external(s),
			session_remote(s)),
		index, false);
	if (s->sibling_prev == NAT_NONE)
		m->sessions = s->sibling_next;
	else
		nat->sessions[s->sibling_prev].sibling_next = s->sibling_next;
	if (s->sibling_next != NAT_NONE)
		nat->sessions[s->sibling_next].sibling_prev = s->sibling_prev;
	m->n_sessions--;
	nat->subscribers[m->subscriber].sessions--;
}

/** inbound_keeps() - whether what comes in may keep a mapping alive */
static bool inbound_keeps(const struct nat *nat, const struct session *s)
{
	enum nat_refresh refresh =
		policy_behaviour(nat, s->policy, s->protocol)->refresh;

	return refresh == NAT_REFRESH_INBOUND || refresh == NAT_REFRESH_BOTH;
}

struct session *session_make(struct nat *nat, struct nat_now now,
			     uint32_t mapping, struct endpoint remote,
			     enum side by, enum nat_reason reason,
			     enum nat_stat *why)
{
	struct mapping *m = &nat->mappings[mapping];
	uint16_t policy = policy_current(nat, m->policy, m->internal.addr);
	uint32_t index;
	struct session *s;

	if (!limit_session(nat, now, m->subscriber, policy, why))
		return NULL;
	index = pool_get(&nat->session_pool);
	if (index == POOL_NONE) {
		*why = NAT_DROP_MAX_SESSIONS;
		return NULL;
	}
	limit_spend(nat, now, m->subscriber, policy);
	s = &nat->sessions[index];
	fill(nat, s, now.lapse, mapping, remote);
	link_session(nat, s);
	/* The first session of a mapping keeps it, whoever opened it (basic
	 * NAT maps at a caller's knock as well). */
	if (by == SIDE_INTERNAL || m->n_sessions == 1 || inbound_keeps(nat, s))
		session_keep(nat, s);
	timer_file(nat, s);
	nat_count(nat, NAT_SESSIONS_CREATED);
	event_session(nat, now.lapse, NAT_EVENT_SESSION_CREATED, reason, s);
	return s;
}

void session_move(struct nat *nat, struct session *session)
{
	uint32_t index = session_index(nat, session);
	uint32_t *head;

	unchain(nat,
		head_in(nat, session->protocol, session_external(session),
			session_remote(session)),
		index, false);
	set_ends(nat, session);
	head = head_in(nat, session->protocol, session_external(session),
		       session_remote(session));
	session->next_in = *head;
	*head = index;
	history_moved(nat, session);
}

void session_keep(struct nat *nat, struct session *session)
{
	if (session->flags & SESSION_KEEPER)
		return;
	session->flags |= SESSION_KEEPER;
	nat->mappings[session->mapping].keepers++;
	filter_open(nat, session);
}

/** remove_session() - everything of session_end() but the mapping */
static void remove_session(struct nat *nat, uint64_t now, struct session *s,
			   enum nat_reason reason)
{
	uint32_t index = session_index(nat, s);

	history_end(nat, now, s, reason);
	wheel_del(&nat->wheel, index);
	unlink_session(nat, s);
	filter_close(nat, s);
	if (s->flags & SESSION_KEEPER)
		nat->mappings[s->mapping].keepers--;
	nat_count(nat, NAT_SESSIONS_DELETED);
	event_session(nat, now, NAT_EVENT_SESSION_DELETED, reason, s);
	policy_put(nat, s->policy);
	pool_put(&nat->session_pool, index);
}

void session_end(struct nat *nat, uint64_t now, struct session *session,
		 enum nat_reason reason)
{
	uint32_t mapping = session->mapping;

	remove_session(nat, now, session, reason);
	if (!nat->mappings[mapping].keepers &&
	    !(nat->mappings[mapping].flags & MAPPING_FIXED))
		mapping_end(nat, now, mapping, reason);
}

void sessions_end_of(struct nat *nat, uint64_t now, uint32_t mapping,
		     enum nat_reason reason)
{
	while (nat->mappings[mapping].sessions != NAT_NONE)
		remove_session(nat, now,
			       &nat->sessions[nat->mappings[mapping].sessions],
			       reason);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mapping - internal endpoint <-> external endpoint (RFC 4787 section 4.1)
 */
#include "nat/address.h"
#include "nat/allocate.h"
#include "nat/event.h"
#include "nat/expire.h"
#include "nat/filter.h"
#include "nat/policy.h"
#include "nat/table.h"
#include "nat/timer.h"

/** head_internal() - the chain of mappings by what an outbound packet shows */
static uint32_t *head_internal(const struct nat *nat, uint8_t protocol,
			       struct endpoint internal, struct endpoint remote)
{
	return &nat->mapping_internal
			.head[hash_endpoints(nat, protocol, internal, remote) &
			      nat->mapping_internal.mask];
}

/** head_external() - the chain of mappings by external endpoint */
static uint32_t *head_external(const struct nat *nat, uint8_t protocol,
			       struct endpoint external)
{
	struct endpoint none = {0, 0};

	return &nat->mapping_external
			.head[hash_endpoints(nat, protocol, external, none) &
			      nat->mapping_external.mask];
}

/**
 * lapsed() - end what is overdue of a mapping; whether all of it went
 *
 * Only a mapping whose sessions are all overdue has lapsed; those are ended
 * one by one by their own deadlines.
 */
static bool lapsed(struct nat *nat, uint64_t now, uint32_t index)
{
	const struct mapping *m = &nat->mappings[index];
	uint32_t i = m->sessions;

	if (m->flags & MAPPING_FIXED)
		return false;
	while (i != NAT_NONE) {
		struct session *s = &nat->sessions[i];

		if ((s->flags & SESSION_KEEPER) && timer_deadline(nat, s) > now)
			return false;
		i = s->sibling_next;
	}
	mapping_lapse(nat, now, index);
	return true;
}

uint32_t mapping_find_out(struct nat *nat, uint64_t now,
			  const struct tuple *tuple,
			  enum nat_mapping_behaviour behaviour)
{
	struct endpoint remote = mapping_remote(behaviour, tuple->dst);
	uint32_t i = *head_internal(nat, tuple->protocol, tuple->src, remote);

	for (; i != NAT_NONE; i = nat->mappings[i].next_internal) {
		const struct mapping *m = &nat->mappings[i];

		if (m->protocol == tuple->protocol &&
		    endpoint_equal(m->internal, tuple->src) &&
		    endpoint_equal(m->remote, remote))
			return lapsed(nat, now, i) ? NAT_NONE : i;
	}
	return NAT_NONE;
}

uint32_t mapping_find_in(struct nat *nat, uint64_t now, uint8_t protocol,
			 struct endpoint external,
			 const struct endpoint *remote)
{
	uint32_t i = *head_external(nat, protocol, external);
	uint32_t any = NAT_NONE, next;

	for (; i != NAT_NONE; i = next) {
		const struct mapping *m = &nat->mappings[i];

		next = m->next_external;
		if (m->protocol != protocol ||
		    !endpoint_equal(m->external, external) ||
		    lapsed(nat, now, i))
			continue;
		if (!remote || !m->remote.addr ||
		    (m->remote.addr == remote->addr &&
		     (!m->remote.port || m->remote.port == remote->port)))
			return i;
		/* Of several on one endpoint, one that lets the caller in. */
		if (any == NAT_NONE || !filter_permits(nat, any, *remote))
			any = i;
	}
	return any;
}

uint32_t mapping_chain(const struct nat *nat, uint8_t protocol,
		       struct endpoint external)
{
	return *head_external(nat, protocol, external);
}

bool mapping_holds(const struct nat *nat, uint8_t protocol,
		   struct endpoint external)
{
	uint32_t i = mapping_chain(nat, protocol, external);

	while (i != NAT_NONE &&
	       (nat->mappings[i].protocol != protocol ||
		!endpoint_equal(nat->mappings[i].external, external)))
		i = nat->mappings[i].next_external;
	return i != NAT_NONE;
}

/** link_mapping() - into both hashes and the subscriber's list */
static void link_mapping(struct nat *nat, uint32_t index)
{
	struct mapping *m = &nat->mappings[index];
	struct subscriber *s = &nat->subscribers[m->subscriber];
	uint32_t *head;

	head = head_internal(nat, m->protocol, m->internal, m->remote);
	m->next_internal = *head;
	*head = index;
	head = head_external(nat, m->protocol, m->external);
	m->next_external = *head;
	*head = index;
	m->peer_prev = NAT_NONE;
	m->peer_next = s->first;
	if (s->first != NAT_NONE)
		nat->mappings[s->first].peer_prev = index;
	s->first = index;
	s->mappings++;
}

uint32_t mapping_insert(struct nat *nat, uint64_t now,
			const struct mapping *wanted)
{
	uint32_t subscriber = subscriber_get(nat, wanted->internal.addr);
	struct mapping *m;
	uint32_t index;

	if (subscriber == NAT_NONE)
		return NAT_NONE;
	index = pool_get(&nat->mapping_pool);
	if (index == POOL_NONE) {
		subscriber_put(nat, subscriber);
		return NAT_NONE;
	}
	m = &nat->mappings[index];
	*m = *wanted;
	m->sessions = NAT_NONE;
	m->n_sessions = 0;
	m->keepers = 0;
	m->subscriber = subscriber;
	link_mapping(nat, index);
	policy_get(nat, m->policy);
	allocate_take(nat, m);
	nat_count(nat, NAT_MAPPINGS_CREATED);
	event_mapping(nat, now, NAT_EVENT_MAPPING_CREATED,
		      m->flags & MAPPING_FIXED ? NAT_REASON_STATIC
					       : NAT_REASON_NONE,
		      m);
	return index;
}

uint32_t mapping_make(struct nat *nat, struct nat_now now,
		      const struct tuple *tuple, uint16_t policy,
		      enum nat_stat *why)
{
	const struct nat_behaviour *behaviour =
		policy_behaviour(nat, policy, tuple->protocol);
	struct mapping wanted = {
		.protocol = tuple->protocol,
		.internal = tuple->src,
		.remote = mapping_remote(behaviour->mapping, tuple->dst),
		.policy = policy,
	};
	struct allocation got;
	uint32_t index;

	if (!allocate_endpoint(nat, now, tuple, policy, &got, why))
		return NAT_NONE;
	wanted.external = got.external;
	wanted.block = got.block;
	index = mapping_insert(nat, now.lapse, &wanted);
	if (index == NAT_NONE)
		*why = NAT_DROP_MAX_SESSIONS;
	return index;
}

bool mapping_whole(const struct nat *nat, const struct tuple *tuple,
		   struct mapping *wanted)
{
	uint32_t i = address_index(nat, tuple->dst.addr);
	const struct nat_behaviour *behaviour;

	if (i == NAT_NONE || !nat->addresses[i].owner)
		return false;
	*wanted = (struct mapping){
		.protocol = tuple->protocol,
		.external = tuple->dst,
		.internal = {nat->addresses[i].owner, tuple->dst.port},
		.block = NAT_NONE,
		.policy = policy_of(nat, nat->addresses[i].owner, NULL),
	};
	behaviour = policy_behaviour(nat, wanted->policy, tuple->protocol);
	if (!nat->addresses[i].fixed && behaviour->filtering != NAT_FILTER_EIF)
		return false;
	if (nat->addresses[i].fixed)
		wanted->flags = MAPPING_OPEN;
	return true;
}

/** unchain() - take @index out of a chain of mappings */
static void unchain(struct nat *nat, uint32_t *head, uint32_t index, bool in)
{
	while (*head != index) {
		struct mapping *m = &nat->mappings[*head];

		head = in ? &m->next_external : &m->next_internal;
	}
	*head = in ? nat->mappings[index].next_external
		   : nat->mappings[index].next_internal;
}

/** unlink_peer() - out of the subscriber's list */
static void unlink_peer(struct nat *nat, uint32_t index)
{
	struct mapping *m = &nat->mappings[index];
	struct subscriber *s = &nat->subscribers[m->subscriber];

	if (m->peer_prev == NAT_NONE)
		s->first = m->peer_next;
	else
		nat->mappings[m->peer_prev].peer_next = m->peer_next;
	if (m->peer_next != NAT_NONE)
		nat->mappings[m->peer_next].peer_prev = m->peer_prev;
	s->mappings--;
}

void mapping_move(struct nat *nat, uint64_t now, uint32_t mapping,
		  const struct allocation *got)
{
	struct mapping *m = &nat->mappings[mapping];
	struct mapping old = *m;
	uint32_t *head;

	unchain(nat, head_external(nat, m->protocol, m->external), mapping,
		true);
	event_mapping(nat, now, NAT_EVENT_MAPPING_DELETED, NAT_REASON_FAULT, m);
	m->external = got->external;
	m->block = got->block;
	head = head_external(nat, m->protocol, m->external);
	m->next_external = *head;
	*head = mapping;
	allocate_take(nat, m);
	allocate_release(nat, now, &old, true);
	for (uint32_t i = m->sessions; i != NAT_NONE;
	     i = nat->sessions[i].sibling_next)
		session_move(nat, &nat->sessions[i]);
	event_mapping(nat, now, NAT_EVENT_MAPPING_CREATED, NAT_REASON_FAULT, m);
}

void mapping_end(struct nat *nat, uint64_t now, uint32_t mapping,
		 enum nat_reason reason)
{
	struct mapping *m = &nat->mappings[mapping];
	uint32_t subscriber = m->subscriber;

	sessions_end_of(nat, now, mapping, reason);
	unchain(nat, head_internal(nat, m->protocol, m->internal, m->remote),
		mapping, false);
	unchain(nat, head_external(nat, m->protocol, m->external), mapping,
		true);
	unlink_peer(nat, mapping);
	/* What is evicted makes room, or it went in vain; what never had a
	 * session was never seen outside. */
	allocate_release(nat, now, m,
			 reason != NAT_REASON_EVICTED &&
				 reason != NAT_REASON_LAST_SESSION);
	nat_count(nat, NAT_MAPPINGS_DELETED);
	event_mapping(nat, now, NAT_EVENT_MAPPING_DELETED, reason, m);
	policy_put(nat, m->policy);
	pool_put(&nat->mapping_pool, mapping);
	subscriber_put(nat, subscriber);
}

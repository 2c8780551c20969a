/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault - those that stay for a while, and those that happen once
 */
#include "nat/fault.h"

#include <errno.h>
#include "nat/address.h"
#include "nat/allocate.h"
#include "nat/answer.h"
#include "nat/block.h"
#include "nat/event.h"
#include "nat/table.h"

#define NAME(id, name, help) name,
#define HELP(id, name, help) help,

const char *const nat_fault_names[] = {NAT_FAULT_LIST(NAME) NULL};
const char *const nat_fault_help[] = {NAT_FAULT_LIST(HELP) NULL};

/** concerns() - whether a fault is about a client */
static bool concerns(const struct nat_fault *fault, uint32_t client)
{
	return ((fault->addr ^ client) & prefix_mask(fault->bits)) == 0;
}

/** swallows() - whether a fault of this kind swallows a packet */
static bool swallows(enum nat_fault_kind kind, const struct headers *h,
		     enum side side)
{
	switch (kind) {
	case NAT_FAULT_BLACKHOLE:
	case NAT_FAULT_UNPLUG:
		return true;
	case NAT_FAULT_BLACKHOLE_IN:
		return side == SIDE_EXTERNAL;
	case NAT_FAULT_BLACKHOLE_OUT:
		return side == SIDE_INTERNAL;
	case NAT_FAULT_SLOW_SERVER:
		/* What the server's kernel says by itself passes. */
		return side == SIDE_EXTERNAL &&
		       (h->tuple.protocol != PROTO_TCP || h->tcp_data ||
			headers_offset(h));
	case NAT_FAULT_EXHAUST_PORTS:
	case NAT_FAULT_REBOOT:
	case NAT_FAULT_NEW_ADDRESS:
	case NAT_FAULT_REBIND:
	case NAT_FAULT_RST:
		break;
	}
	return false;
}

bool fault_drops(struct step *step, uint32_t client, enum side side)
{
	struct nat *nat = step->nat;

	for (unsigned i = 0; i < nat->n_faults; i++)
		if (nat->faults[i].until > step->now.lapse &&
		    concerns(&nat->faults[i], client) &&
		    swallows(nat->faults[i].kind, &step->h, side)) {
			drop(step, NAT_DROP_FAULT);
			return true;
		}
	return false;
}

bool fault_exhausts(const struct nat *nat, uint32_t client)
{
	for (unsigned i = 0; i < nat->n_faults; i++)
		if (nat->faults[i].kind == NAT_FAULT_EXHAUST_PORTS &&
		    concerns(&nat->faults[i], client))
			return true;
	return false;
}

/** tell() - the event of a fault's start or end */
static void tell(struct nat *nat, uint64_t now, enum nat_event_type type,
		 const struct nat_fault *fault)
{
	struct nat_event event = {
		.at = now,
		.type = type,
		.reason = NAT_REASON_FAULT,
		.internal = {fault->addr, 0},
		.late = NAT_NEVER,
		.fault = fault->kind,
	};

	event_put(nat, &event);
}

/** drop_fault() - fault @i is over */
static void drop_fault(struct nat *nat, uint64_t now, unsigned i)
{
	struct nat_fault fault = nat->faults[i];

	for (nat->n_faults--; i < nat->n_faults; i++)
		nat->faults[i] = nat->faults[i + 1];
	tell(nat, now, NAT_EVENT_FAULT_ENDED, &fault);
}

void fault_expire(struct nat *nat, uint64_t now)
{
	for (unsigned i = nat->n_faults; i-- > 0;)
		if (nat->faults[i].until <= now)
			drop_fault(nat, now, i);
}

uint64_t fault_next(const struct nat *nat)
{
	uint64_t next = NAT_NEVER;

	for (unsigned i = 0; i < nat->n_faults; i++)
		if (nat->faults[i].until < next)
			next = nat->faults[i].until;
	return next;
}

/** lose_state() - end all mappings of the clients, as if never known */
static void lose_state(struct nat *nat, uint64_t now,
		       const struct nat_fault *fault)
{
	for (uint32_t i = 0; i < nat->mapping_pool.fresh; i++) {
		if (!pool_used(&nat->mapping_pool, i) ||
		    !concerns(fault, nat->mappings[i].internal.addr))
			continue;
		if (nat->mappings[i].flags & MAPPING_FIXED)
			sessions_end_of(nat, now, i, NAT_REASON_FAULT);
		else
			mapping_end(nat, now, i, NAT_REASON_FAULT);
	}
}

/** reset_all() - a RST to both ends of every live TCP session, which ends */
static void reset_all(struct nat *nat, uint64_t now,
		      const struct nat_fault *fault)
{
	for (uint32_t i = 0; i < nat->session_pool.fresh; i++) {
		struct session *s = &nat->sessions[i];

		if (!pool_used(&nat->session_pool, i) ||
		    s->protocol != PROTO_TCP ||
		    !concerns(fault, s->internal_addr))
			continue;
		answer_session(nat, s, NAT_NOTIFY_BOTH);
		session_end(nat, now, s, NAT_REASON_FAULT);
	}
}

/** move_mapping() - another external endpoint for a mapping and its sessions */
static void move_mapping(struct nat *nat, struct nat_now now, uint32_t index)
{
	const struct mapping *m = &nat->mappings[index];
	struct tuple tuple = {m->protocol, m->internal, m->remote};
	struct allocation got;
	enum nat_stat why;

	if (m->remote.addr == 0 && m->sessions != NAT_NONE)
		tuple.dst = session_remote(&nat->sessions[m->sessions]);
	/* The endpoint that it has must not be found good again. */
	if (!allocate_endpoint(nat, now, &tuple, m->policy, &got, &why) ||
	    endpoint_equal(got.external, m->external))
		mapping_end(nat, now.lapse, index, NAT_REASON_FAULT);
	else
		mapping_move(nat, now.lapse, index, &got);
}

/** end_subscriber() - all mappings and blocks of a subscriber go, and so does
 *  it */
static void end_subscriber(struct nat *nat, uint64_t now, uint32_t index)
{
	struct subscriber *s = &nat->subscribers[index];
	uint32_t next;

	for (uint32_t m = s->first; m != NAT_NONE; m = next) {
		next = nat->mappings[m].peer_next;
		if (!(nat->mappings[m].flags & MAPPING_FIXED))
			mapping_end(nat, now, m, NAT_REASON_FAULT);
	}
	block_forget(nat, now, index, NAT_NONE);
}

/** move_subscriber() - new external endpoints for all of its mappings */
static void move_subscriber(struct nat *nat, struct nat_now now, uint32_t index)
{
	uint32_t next;

	for (uint32_t m = nat->subscribers[index].first; m != NAT_NONE;
	     m = next) {
		next = nat->mappings[m].peer_next;
		if (!(nat->mappings[m].flags & MAPPING_FIXED))
			move_mapping(nat, now, m);
	}
}

/** rebind() - new external endpoints for the clients, on another address or
 *  on the same one */
static void rebind(struct nat *nat, struct nat_now now,
		   const struct nat_fault *fault, bool elsewhere)
{
	for (uint32_t i = 0; i < nat->subscriber_pool.fresh; i++) {
		struct subscriber *s = &nat->subscribers[i];

		if (!pool_used(&nat->subscriber_pool, i) ||
		    !concerns(fault, s->addr))
			continue;
		if (elsewhere)
			s->address = address_shift(nat, s->addr);
		/* A block is of one address: it cannot come along. */
		if (elsewhere && s->blocks != NAT_NONE)
			end_subscriber(nat, now.lapse, i);
		else
			move_subscriber(nat, now, i);
	}
}

/** once() - what happens at the start of a fault */
static void once(struct nat *nat, struct nat_now now,
		 const struct nat_fault *fault)
{
	switch (fault->kind) {
	case NAT_FAULT_REBOOT:
		lose_state(nat, now.lapse, fault);
		break;
	case NAT_FAULT_NEW_ADDRESS:
		rebind(nat, now, fault, true);
		break;
	case NAT_FAULT_REBIND:
		rebind(nat, now, fault, false);
		break;
	case NAT_FAULT_RST:
		reset_all(nat, now.lapse, fault);
		break;
	case NAT_FAULT_EXHAUST_PORTS:
	case NAT_FAULT_BLACKHOLE:
	case NAT_FAULT_BLACKHOLE_IN:
	case NAT_FAULT_BLACKHOLE_OUT:
	case NAT_FAULT_UNPLUG:
	case NAT_FAULT_SLOW_SERVER:
		break;
	}
}

/** lasts() - whether a fault is more than a moment */
static bool lasts(enum nat_fault_kind kind)
{
	return kind != NAT_FAULT_REBOOT && kind != NAT_FAULT_NEW_ADDRESS &&
	       kind != NAT_FAULT_REBIND && kind != NAT_FAULT_RST;
}

int nat_fault_start(struct nat *nat, struct nat_now now,
		    const struct nat_fault *fault)
{
	struct nat_fault kept = *fault;

	if (lasts(fault->kind) && nat->n_faults == FAULTS_MAX)
		return -ENOSPC;
	if (fault->kind == NAT_FAULT_NEW_ADDRESS && nat->n_addresses < 2)
		return -EADDRNOTAVAIL;
	kept.id = ++nat->fault_id;
	tell(nat, now.lapse, NAT_EVENT_FAULT_STARTED, &kept);
	once(nat, now, &kept);
	if (lasts(kept.kind))
		nat->faults[nat->n_faults++] = kept;
	else
		tell(nat, now.lapse, NAT_EVENT_FAULT_ENDED, &kept);
	return (int)kept.id;
}

unsigned nat_fault_clear(struct nat *nat, struct nat_now now, uint32_t id)
{
	unsigned cleared = 0;

	for (unsigned i = nat->n_faults; i-- > 0;)
		if (!id || nat->faults[i].id == id) {
			drop_fault(nat, now.lapse, i);
			cleared++;
		}
	return cleared;
}

bool nat_fault_next(const struct nat *nat, uint32_t *cursor,
		    struct nat_fault *fault)
{
	if (*cursor >= nat->n_faults)
		return false;
	*fault = nat->faults[(*cursor)++];
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * allocate - external endpoints for mappings: which address, then which port
 */
#include "nat/allocate.h"

#include "nat/address.h"
#include "nat/block.h"
#include "nat/choose.h"
#include "nat/fault.h"
#include "nat/hold.h"
#include "nat/policy.h"
#include "nat/table.h"

/** address_home() - the address that a subscriber has if it is free to choose
 *
 * By hash, so that one who comes back meets its address again as long as the
 * pool is the same, and has not been moved.
 */
static uint32_t address_home(const struct nat *nat, uint32_t internal)
{
	uint64_t hash = siphash13_words(&nat->key, internal, 2);

	for (unsigned i = 0; i < nat->n_shifts; i++)
		if (nat->shift[i].addr == internal)
			hash += nat->shift[i].by;
	return (uint32_t)(hash % nat->n_addresses);
}

uint32_t address_shift(struct nat *nat, uint32_t internal)
{
	unsigned i = 0;

	while (i < nat->n_shifts && nat->shift[i].addr != internal)
		i++;
	if (i == nat->n_shifts) {
		/* The first one found room; it may go home again. */
		i = i < SHIFTS_MAX ? nat->n_shifts++ : 0;
		nat->shift[i].addr = internal;
		nat->shift[i].by = 0;
	}
	nat->shift[i].by++;
	return address_home(nat, internal);
}

uint32_t address_choice(struct nat *nat, uint32_t internal,
			const struct nat_policy *policy, bool *only)
{
	uint32_t subscriber = subscriber_find(nat, internal);

	*only = false;
	if (policy->pooling == NAT_POOL_ARBITRARY)
		return rng_below(&nat->rng, nat->n_addresses);
	if (subscriber != NAT_NONE &&
	    nat->subscribers[subscriber].address != NAT_NONE) {
		*only = true;
		return nat->subscribers[subscriber].address;
	}
	return address_home(nat, internal);
}

/** on_address() - an endpoint on one address that many share */
static bool on_address(struct nat *nat, uint32_t index, struct request *r,
		       struct endpoint *external)
{
	struct external_address *a = &nat->addresses[index];
	int port = 0;

	if (a->owner)
		return false;
	if (r->class == PORT_CLASSES) {
		if (!choose_bare(nat, a, r))
			return false;
	} else {
		if (!choose_range(nat, a, r))
			return false;
		port = choose_port(nat, a, r);
		if (port < 0)
			return false;
	}
	*external = (struct endpoint){a->addr, (uint16_t)port};
	return true;
}

/** shared() - a port of an address of the pool (RFC 4787 REQ-2) */
static bool shared(struct nat *nat, const struct nat_policy *policy,
		   struct request *r, struct endpoint *external,
		   enum nat_stat *why)
{
	bool only;
	uint32_t first = address_choice(nat, r->tuple->src.addr, policy, &only);

	if (on_address(nat, first, r, external))
		return true;
	/* A paired subscriber is not unpaired in silence (RFC 7857 section 4).
	 */
	for (uint32_t i = 1; !only && i < nat->n_addresses; i++)
		if (on_address(nat, (first + i) % nat->n_addresses, r,
			       external))
			return true;
	*why = NAT_DROP_PORTS_EXHAUSTED;
	return false;
}

/** owned_address() - the address that is all @internal's, or NAT_NONE */
static uint32_t owned_address(const struct nat *nat, uint32_t internal)
{
	uint32_t s = subscriber_find(nat, internal);
	uint32_t i = s == NAT_NONE ? NAT_NONE : nat->subscribers[s].address;

	if (i != NAT_NONE && nat->addresses[i].owner == internal)
		return i;
	for (size_t f = 0; f < nat->n_forwards; f++) {
		if (nat->forwards[f].protocol ||
		    nat->forwards[f].internal.addr != internal)
			continue;
		i = address_index(nat, nat->forwards[f].external.addr);
		if (i != NAT_NONE && nat->addresses[i].owner == internal)
			return i;
	}
	return NAT_NONE;
}

/**
 * whole() - an address of one's own, ports untouched (basic NAT, RFC 3022)
 *
 * The address is free again when the subscriber has no mapping left.
 */
static bool whole(struct nat *nat, struct request *r, struct endpoint *external,
		  enum nat_stat *why)
{
	uint32_t internal = r->tuple->src.addr;
	uint32_t index = owned_address(nat, internal);

	for (uint32_t i = 0; index == NAT_NONE && i < nat->n_addresses; i++)
		if (!nat->addresses[i].owner && !nat->addresses[i].mappings)
			index = i;
	if (index == NAT_NONE) {
		*why = NAT_DROP_ADDRESSES_EXHAUSTED;
		return false;
	}
	nat->addresses[index].owner = internal;
	*external = (struct endpoint){nat->addresses[index].addr,
				      r->tuple->src.port};
	return true;
}

/** computed() - a port of the subscriber's computed block (RFC 7422) */
static bool computed(struct nat *nat, const struct nat_policy *policy,
		     struct request *r, struct endpoint *external,
		     enum nat_stat *why)
{
	struct external_address *a;
	uint32_t index;
	uint16_t first;
	int port;

	*why = NAT_DROP_PORTS_EXHAUSTED;
	/* All addresses have the same ports, or the map would depend on more
	 * than the settings. */
	if (!choose_range(nat, &nat->addresses[0], r) ||
	    !block_compute(nat->inside, nat->n_inside, nat->n_addresses,
			   r->first, r->last, policy->port_block_size,
			   r->tuple->src.addr, &index, &first))
		return false;
	a = &nat->addresses[index];
	r->first = first;
	r->last = (uint16_t)(first + policy->port_block_size - 1);
	port = choose_port(nat, a, r);
	if (port < 0) {
		*why = NAT_DROP_SUBSCRIBER_PORTS;
		return false;
	}
	*external = (struct endpoint){a->addr, (uint16_t)port};
	return true;
}

/** within_quota() - whether the subscriber may have one port more */
static bool within_quota(const struct nat *nat, const struct nat_policy *policy,
			 const struct request *r)
{
	uint32_t s = subscriber_find(nat, r->tuple->src.addr);

	return s == NAT_NONE || r->class == PORT_CLASSES ||
	       nat->subscribers[s].ports[r->class] <
		       policy->ports_per_subscriber;
}

bool allocate_endpoint(struct nat *nat, struct nat_now now,
		       const struct tuple *tuple, uint16_t policy,
		       struct allocation *got, enum nat_stat *why)
{
	const struct nat_policy *p = &policy_slot(nat, policy)->policy;
	struct request r = {
		.tuple = tuple,
		.behaviour = &p->by[nat_class_of(tuple->protocol)],
		.class = port_class_of(tuple->protocol),
	};

	got->block = NAT_NONE;
	hold_expire(nat, now.lapse);
	block_expire(nat, now.lapse);
	if (!nat->n_addresses) {
		*why = NAT_DROP_NO_POOL;
		return false;
	}
	if (fault_exhausts(nat, tuple->src.addr)) {
		*why = NAT_DROP_PORTS_EXHAUSTED;
		return false;
	}
	if (!within_quota(nat, p, &r)) {
		*why = NAT_DROP_SUBSCRIBER_PORTS;
		return false;
	}
	if (p->address_only || owned_address(nat, tuple->src.addr) != NAT_NONE)
		return whole(nat, &r, &got->external, why);
	if (r.class == PORT_CLASSES || !p->port_block_size)
		return shared(nat, p, &r, &got->external, why);
	if (p->deterministic)
		return computed(nat, p, &r, &got->external, why);
	return block_port(nat, now.lapse, p, &r, &got->external, &got->block,
			  why);
}

void allocate_take(struct nat *nat, const struct mapping *mapping)
{
	enum port_class class = port_class_of(mapping->protocol);
	uint32_t index = address_index(nat, mapping->external.addr);
	struct subscriber *s = &nat->subscribers[mapping->subscriber];

	if (class != PORT_CLASSES)
		s->ports[class]++;
	if (mapping->block != NAT_NONE)
		block_use(nat, mapping->block);
	if (index == NAT_NONE)
		return;
	nat->addresses[index].mappings++;
	if (s->address == NAT_NONE)
		s->address = index;
	if (class != PORT_CLASSES)
		port_set_add(&nat->addresses[index].ports[class],
			     mapping->external.port);
}

void allocate_release(struct nat *nat, uint64_t now,
		      const struct mapping *mapping, bool rest)
{
	enum port_class class = port_class_of(mapping->protocol);
	uint32_t index = address_index(nat, mapping->external.addr);
	const struct nat_policy *policy =
		&policy_slot(nat, mapping->policy)->policy;

	if (class != PORT_CLASSES)
		nat->subscribers[mapping->subscriber].ports[class]--;
	if (mapping->block != NAT_NONE)
		block_leave(nat, now, mapping->block,
			    policy->port_block_idle_timeout);
	if (index == NAT_NONE)
		return;
	nat->addresses[index].mappings--;
	if (class == PORT_CLASSES ||
	    mapping_holds(nat, mapping->protocol, mapping->external))
		return;
	/* One's own address needs no rest: nobody else gets the port. */
	if (nat->addresses[index].owner || (mapping->flags & MAPPING_FIXED))
		rest = false;
	hold_port(nat, now, rest ? policy->timer[NAT_TIMER_HOLD_DOWN] : 0,
		  index, class, mapping->external.port);
}

void allocate_disown(struct nat *nat, uint32_t internal)
{
	uint32_t index = owned_address(nat, internal);

	if (index != NAT_NONE && !nat->addresses[index].fixed)
		nat->addresses[index].owner = 0;
}

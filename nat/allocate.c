/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * allocate - external endpoints for mappings
 */
#include "nat/allocate.h"

#include "nat/address.h"
#include "nat/policy.h"
#include "nat/table.h"

/** HOST_PORT_LAST - highest port of the host's address that we give out */
#define HOST_PORT_LAST (NAT_HOST_PORT_FIRST - 1)
#define WELL_KNOWN     1024

/** PROBES - random tries before the search for the next free port: they keep
 *  the choice uniform while there is room, the search keeps it O(1) after */
#define PROBES 8

/**
 * struct request - what is asked of one external address
 */
struct request {
	const struct tuple *tuple;
	const struct nat_behaviour *behaviour;
	enum port_class class;
	uint16_t first, last; /* ports that may be given out */
};

/** class_of() - the number space of a protocol, or PORT_CLASSES: no ports */
static enum port_class class_of(uint8_t protocol)
{
	switch (protocol) {
	case PROTO_TCP:
		return PORT_CLASS_TCP;
	case PROTO_UDP:
		return PORT_CLASS_UDP;
	case PROTO_ICMP:
		return PORT_CLASS_ICMP;
	default:
		return PORT_CLASSES;
	}
}

/**
 * range_of() - the ports that a request may get on an address
 *
 * RFC 4787 REQ-3a: a port below 1024 stays below, one above stays above, as
 * far as the configured range has both. On the host's own address the host
 * keeps the well-known ports and those of its own connections.
 *
 * Return: false if there are none.
 */
static bool range_of(const struct nat *nat, const struct external_address *a,
		     struct request *r)
{
	uint16_t first = nat->port_first, last = nat->port_last;

	if (a->host) {
		first = first < WELL_KNOWN ? WELL_KNOWN : first;
		last = last > HOST_PORT_LAST ? HOST_PORT_LAST : last;
	}
	if (first > last)
		return false;
	if (r->class != PORT_CLASS_ICMP && first < WELL_KNOWN &&
	    last >= WELL_KNOWN) {
		if (r->tuple->src.port < WELL_KNOWN)
			last = WELL_KNOWN - 1;
		else
			first = WELL_KNOWN;
	}
	r->first = first;
	r->last = last;
	return true;
}

/**
 * shareable() - whether a taken port may be given to this request too
 *
 * Only endpoint-dependent mappings on it, all of other remotes: then replies
 * tell them apart. A port of the same internal endpoint needs no more; one of
 * another is port overloading (RFC 7857 section 3) and must be allowed.
 */
static bool shareable(struct nat *nat, const struct request *r,
		      struct endpoint external)
{
	struct endpoint remote =
		mapping_remote(r->behaviour->mapping, r->tuple->dst);
	bool any = false;
	uint32_t i;

	if (r->behaviour->mapping == NAT_MAP_EIM)
		return false;
	for (i = mapping_chain(nat, r->tuple->protocol, external);
	     i != NAT_NONE; i = nat->mappings[i].next_external) {
		const struct mapping *m = &nat->mappings[i];

		if (m->protocol != r->tuple->protocol ||
		    !endpoint_equal(m->external, external))
			continue;
		if (!m->remote.addr || endpoint_equal(m->remote, remote))
			return false;
		/* An ADM mapping covers all of its remote's ports. */
		if (m->remote.addr == remote.addr &&
		    (!m->remote.port || !remote.port))
			return false;
		if (!r->behaviour->port_overloading &&
		    !endpoint_equal(m->internal, r->tuple->src))
			return false;
		any = true;
	}
	return any;
}

/** available() - whether a port of an address can be given to this request */
static bool available(struct nat *nat, const struct external_address *a,
		      const struct request *r, uint16_t port)
{
	struct endpoint external = {a->addr, port};

	if (port < r->first || port > r->last)
		return false;
	return !port_set_has(&a->ports[r->class], port) ||
	       shareable(nat, r, external);
}

/** random_port() - a free port chosen at random (RFC 6056), or -1 */
static int random_port(struct nat *nat, const struct external_address *a,
		       const struct request *r, enum port_parity parity)
{
	uint32_t span = (uint32_t)(r->last - r->first) + 1;
	uint16_t port = r->first;

	for (unsigned i = 0; i < PROBES; i++) {
		port = (uint16_t)(r->first + rng_below(&nat->rng, span));
		if (parity != PORT_ANY && (port & 1) != (unsigned)parity)
			port ^= 1;
		if (available(nat, a, r, port))
			return port;
	}
	return port_set_find(&a->ports[r->class], r->first, r->last, port,
			     parity);
}

/** sequential_port() - the next free port after the last one, or -1 */
static int sequential_port(struct external_address *a, const struct request *r)
{
	const struct port_set *set = &a->ports[r->class];
	uint16_t start = a->cursor[r->class];
	int even, odd, port;

	if (start < r->first || start > r->last)
		start = r->first;
	even = port_set_find(set, r->first, r->last, start, PORT_EVEN);
	odd = port_set_find(set, r->first, r->last, start, PORT_ODD);
	if (even < 0 || odd < 0)
		port = even < 0 ? odd : even;
	else /* the nearer one, counted upwards from start with wrap-round */
		port = (uint16_t)(even - start) < (uint16_t)(odd - start) ? even
									  : odd;
	if (port >= 0)
		a->cursor[r->class] =
			port == UINT16_MAX ? r->first : (uint16_t)(port + 1);
	return port;
}

/** choose_port() - a port of @a by the allocation behaviour, or -1 */
static int choose_port(struct nat *nat, struct external_address *a,
		       const struct request *r)
{
	uint16_t wanted = r->tuple->src.port;

	switch (r->behaviour->allocation) {
	case NAT_ALLOC_PRESERVATION:
		if (available(nat, a, r, wanted))
			return wanted;
		break;
	case NAT_ALLOC_SEQUENTIAL:
		return sequential_port(a, r);
	case NAT_ALLOC_PARITY:
		return random_port(nat, a, r,
				   wanted & 1 ? PORT_ODD : PORT_EVEN);
	case NAT_ALLOC_RANDOM:
		break;
	}
	return random_port(nat, a, r, PORT_ANY);
}

/** on_address() - an endpoint on one address of the pool */
static bool on_address(struct nat *nat, uint32_t index, struct request *r,
		       struct endpoint *external)
{
	struct external_address *a = &nat->addresses[index];
	int port = 0;

	if (r->class == PORT_CLASSES) {
		/* No ports to tell hosts apart: an address has room for one,
		 * or for one a remote if mappings depend on that. */
		struct endpoint bare = {a->addr, 0};

		if (mapping_chain(nat, r->tuple->protocol, bare) != NAT_NONE &&
		    mapping_holds(nat, r->tuple->protocol, bare) &&
		    !shareable(nat, r, bare))
			return false;
	} else {
		if (!range_of(nat, a, r))
			return false;
		port = choose_port(nat, a, r);
		if (port < 0)
			return false;
	}
	*external = (struct endpoint){a->addr, (uint16_t)port};
	return true;
}

/** address_choice() - the address to try first, and whether it is the only one
 */
static uint32_t address_choice(struct nat *nat, uint32_t internal,
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
	/* By hash, so that a subscriber who comes back meets its address
	 * again as long as the pool is the same. */
	return (uint32_t)(siphash13_words(&nat->key, internal, 2) %
			  nat->n_addresses);
}

bool allocate_endpoint(struct nat *nat, struct nat_now now,
		       const struct tuple *tuple, uint16_t policy,
		       struct endpoint *external, enum nat_stat *why)
{
	const struct nat_policy *p = &policy_slot(nat, policy)->policy;
	struct request r = {
		.tuple = tuple,
		.behaviour = &p->by[nat_class_of(tuple->protocol)],
		.class = class_of(tuple->protocol),
	};
	uint32_t subscriber = subscriber_find(nat, tuple->src.addr);
	uint32_t first;
	bool only;

	if (!nat->n_addresses) {
		*why = NAT_DROP_NO_POOL;
		return false;
	}
	if (subscriber != NAT_NONE && r.class != PORT_CLASSES &&
	    nat->subscribers[subscriber].ports[r.class] >=
		    p->ports_per_subscriber) {
		*why = NAT_DROP_SUBSCRIBER_PORTS;
		return false;
	}
	hold_expire(nat, now.lapse);
	first = address_choice(nat, tuple->src.addr, p, &only);
	if (on_address(nat, first, &r, external))
		return true;
	/* A paired subscriber is not unpaired in silence (RFC 7857 section 4).
	 */
	for (uint32_t i = 1; !only && i < nat->n_addresses; i++)
		if (on_address(nat, (first + i) % nat->n_addresses, &r,
			       external))
			return true;
	*why = NAT_DROP_PORTS_EXHAUSTED;
	return false;
}

void allocate_take(struct nat *nat, const struct mapping *mapping)
{
	enum port_class class = class_of(mapping->protocol);
	uint32_t index = address_index(nat, mapping->external.addr);
	struct subscriber *s = &nat->subscribers[mapping->subscriber];

	if (class != PORT_CLASSES)
		s->ports[class]++;
	if (index == NAT_NONE)
		return;
	if (s->address == NAT_NONE)
		s->address = index;
	if (class != PORT_CLASSES)
		port_set_add(&nat->addresses[index].ports[class],
			     mapping->external.port);
}

/** free_port() - the port is nobody's any more, unless the host wants it */
static void free_port(struct nat *nat, uint32_t index, enum port_class class,
		      uint16_t port)
{
	struct external_address *a = &nat->addresses[index];

	if (a->reserved && port_set_has(&a->reserved[class], port))
		return;
	port_set_remove(&a->ports[class], port);
}

/** hold_release() - free a resting port now */
static void hold_release(struct nat *nat, uint32_t slot)
{
	struct held_port *h = &nat->held[slot];

	wheel_del(&nat->held_wheel, slot);
	free_port(nat, h->address, h->class, h->port);
	h->address = NAT_NONE;
	nat->held_count--;
}

void hold_expire(struct nat *nat, uint64_t now)
{
	uint32_t slot;

	if (!nat->hold_down_max)
		return;
	while ((slot = wheel_pop(&nat->held_wheel, now)) != WHEEL_NONE)
		hold_release(nat, slot);
}

/** hold() - let a port rest; the oldest one makes room (RFC 6888 REQ-8) */
static void hold(struct nat *nat, uint64_t until, uint32_t address,
		 enum port_class class, uint16_t port)
{
	uint32_t slot = nat->held_next;
	struct held_port *h = &nat->held[slot];

	if (h->address != NAT_NONE)
		hold_release(nat, slot);
	h->address = address;
	h->port = port;
	h->class = (uint8_t) class;
	wheel_add(&nat->held_wheel, slot, until);
	nat->held_count++;
	nat->held_next = (slot + 1) % nat->hold_down_max;
}

void allocate_release(struct nat *nat, uint64_t now,
		      const struct mapping *mapping)
{
	enum port_class class = class_of(mapping->protocol);
	uint32_t index = address_index(nat, mapping->external.addr);
	uint64_t rest = policy_slot(nat, mapping->policy)
				->policy.timer[NAT_TIMER_HOLD_DOWN];

	if (class == PORT_CLASSES)
		return;
	nat->subscribers[mapping->subscriber].ports[class]--;
	if (index == NAT_NONE ||
	    mapping_holds(nat, mapping->protocol, mapping->external))
		return;
	if (rest && nat->hold_down_max)
		hold(nat,
		     rest > NAT_NEVER - 1 - now ? NAT_NEVER - 1 : now + rest,
		     index, class, mapping->external.port);
	else
		free_port(nat, index, class, mapping->external.port);
}

void nat_port_reserve(struct nat *nat, uint8_t protocol,
		      struct endpoint external, bool reserve)
{
	enum port_class class = class_of(protocol);
	uint32_t index = address_index(nat, external.addr);
	struct external_address *a;

	if (class == PORT_CLASSES || index == NAT_NONE)
		return;
	a = &nat->addresses[index];
	if (!a->reserved)
		return;
	if (reserve) {
		port_set_add(&a->reserved[class], external.port);
		port_set_add(&a->ports[class], external.port);
		return;
	}
	port_set_remove(&a->reserved[class], external.port);
	if (mapping_holds(nat, protocol, external))
		return;
	for (uint32_t i = 0; i < nat->hold_down_max; i++)
		if (nat->held[i].address == index &&
		    nat->held[i].class == class &&
		    nat->held[i].port == external.port)
			return;
	port_set_remove(&a->ports[class], external.port);
}

bool nat_port_mapped(const struct nat *nat, uint8_t protocol,
		     struct endpoint external)
{
	return mapping_holds(nat, protocol, external);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * choose - port allocation: one function a behaviour
 */
#include "nat/choose.h"

#include "nat/table.h"

/** HOST_PORT_LAST - highest port of the host's address that we give out */
#define HOST_PORT_LAST (NAT_HOST_PORT_FIRST - 1)
#define WELL_KNOWN     1024

/** PROBES - random tries before the search for the next free port: they keep
 *  the choice uniform while there is room, the search keeps it O(1) after */
#define PROBES 8

enum port_class port_class_of(uint8_t protocol)
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

bool choose_range(const struct nat *nat, const struct external_address *a,
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

bool choose_available(struct nat *nat, const struct external_address *a,
		      const struct request *r, uint16_t port)
{
	struct endpoint external = {a->addr, port};

	if (port < r->first || port > r->last ||
	    (!r->block && port_set_has(a->blocks, port)))
		return false;
	return !port_set_has(&a->ports[r->class], port) ||
	       shareable(nat, r, external);
}

bool choose_bare(struct nat *nat, const struct external_address *a,
		 const struct request *r)
{
	/* No ports to tell hosts apart: an address has room for one, or for
	 * one a remote if mappings depend on that. */
	struct endpoint bare = {a->addr, 0};

	return !mapping_holds(nat, r->tuple->protocol, bare) ||
	       shareable(nat, r, bare);
}

/** others() - ports besides the taken ones that are not for this request */
static const struct port_set *others(const struct external_address *a,
				     const struct request *r)
{
	return r->block ? NULL : a->blocks;
}

/** random_port() - a free port chosen at random (RFC 6056), or -1 */
static int random_port(struct nat *nat, struct external_address *a,
		       const struct request *r, enum port_parity parity)
{
	uint32_t span = (uint32_t)(r->last - r->first) + 1;
	uint16_t port = r->first;

	for (unsigned i = 0; i < PROBES; i++) {
		port = (uint16_t)(r->first + rng_below(&nat->rng, span));
		if (parity != PORT_ANY && (port & 1) != (unsigned)parity)
			port ^= 1;
		if (choose_available(nat, a, r, port))
			return port;
	}
	return port_set_find(&a->ports[r->class], others(a, r), r->first,
			     r->last, port, parity);
}

/** any_port() - of any parity */
static int any_port(struct nat *nat, struct external_address *a,
		    const struct request *r)
{
	return random_port(nat, a, r, PORT_ANY);
}

/** preserved_port() - the internal port, else any (RFC 4787 section 4.2.1) */
static int preserved_port(struct nat *nat, struct external_address *a,
			  const struct request *r)
{
	uint16_t wanted = r->tuple->src.port;

	if (choose_available(nat, a, r, wanted))
		return wanted;
	return any_port(nat, a, r);
}

/** sequential_port() - the next free port after the last one, or -1 */
static int sequential_port(struct nat *nat, struct external_address *a,
			   const struct request *r)
{
	const struct port_set *set = &a->ports[r->class];
	uint16_t start = a->cursor[r->class];
	int even, odd, port;

	(void)nat;
	if (start < r->first || start > r->last)
		start = r->first;
	even = port_set_find(set, others(a, r), r->first, r->last, start,
			     PORT_EVEN);
	odd = port_set_find(set, others(a, r), r->first, r->last, start,
			    PORT_ODD);
	if (even < 0 || odd < 0)
		port = even < 0 ? odd : even;
	else /* the nearer one, counted upwards from start with wrap-round */
		port = (uint16_t)(even - start) < (uint16_t)(odd - start) ? even
									  : odd;
	if (port >= 0)
		a->cursor[r->class] = (uint16_t)(port + 1);
	return port;
}

/** parity_port() - even to even, odd to odd (RFC 4787 REQ-4) */
static int parity_port(struct nat *nat, struct external_address *a,
		       const struct request *r)
{
	return random_port(nat, a, r,
			   r->tuple->src.port & 1 ? PORT_ODD : PORT_EVEN);
}

/** allocation_fn - a port of @a for @r, or -1 */
typedef int allocation_fn(struct nat *nat, struct external_address *a,
			  const struct request *r);

static allocation_fn *const allocations[] = {
	[NAT_ALLOC_PRESERVATION] = preserved_port,
	[NAT_ALLOC_RANDOM] = any_port,
	[NAT_ALLOC_SEQUENTIAL] = sequential_port,
	[NAT_ALLOC_PARITY] = parity_port,
};

int choose_port(struct nat *nat, struct external_address *a,
		const struct request *r)
{
	return allocations[r->behaviour->allocation](nat, a, r);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * twin_port - the naive NAT's mappings
 */
#include "tests/lib/twin_port.h"

#include <stddef.h>

bool twin_port_in_pool(const struct twin *t, uint32_t addr)
{
	for (size_t i = 0; i < t->n_pool; i++)
		if (t->pool[i] == addr)
			return true;
	return false;
}

void twin_port_pool(struct twin *t)
{
	for (unsigned i = 0; i < TWIN_HELD; i++)
		if (!twin_port_in_pool(t, t->held[i].external.addr))
			t->held[i].used = false;
	for (unsigned i = 0; i < TWIN_HOSTS; i++)
		if (!twin_port_in_pool(t, t->host[i].external))
			t->host[i].external = 0;
}

bool twin_port_taken(const struct twin *t, uint8_t protocol,
		     struct endpoint external)
{
	for (unsigned i = 0; i < TWIN_MAPPINGS; i++)
		if (t->mapping[i].used && t->mapping[i].protocol == protocol &&
		    endpoint_equal(t->mapping[i].external, external))
			return true;
	return false;
}

/** rests() - whether an external endpoint is held down */
static bool rests(const struct twin *t, uint8_t protocol,
		  struct endpoint external)
{
	for (unsigned i = 0; i < TWIN_HELD; i++)
		if (t->held[i].used && t->held[i].protocol == protocol &&
		    endpoint_equal(t->held[i].external, external))
			return true;
	return false;
}

void twin_port_freed(struct twin *t, uint64_t now, const struct twin_mapping *m)
{
	unsigned i = 0;
	bool more = false;

	for (unsigned k = 0; k < TWIN_MAPPINGS; k++)
		more |= t->mapping[k].used &&
			t->mapping[k].internal.addr == m->internal.addr;
	/* Who has no mapping left is nobody's pair any more. */
	for (unsigned k = 0; !more && k < TWIN_HOSTS; k++)
		if (t->host[k].internal == m->internal.addr)
			t->host[k].external = 0;
	if (!m->hold || twin_port_taken(t, m->protocol, m->external))
		return;
	while (t->held[i].used)
		i++;
	t->held[i] = (struct twin_held){true, m->protocol, m->external,
					now + m->hold};
}

/** depends() - what of the remote endpoint a new mapping depends on */
static struct endpoint depends(const struct twin *t, struct endpoint remote)
{
	switch (t->rules.mapping) {
	case NAT_MAP_EIM:
		return (struct endpoint){0, 0};
	case NAT_MAP_ADM:
		return (struct endpoint){remote.addr, 0};
	case NAT_MAP_APDM:
		break;
	}
	return remote;
}

int twin_port_mapping(const struct twin *t, uint8_t protocol,
		      struct endpoint internal, struct endpoint remote)
{
	struct endpoint on = depends(t, remote);

	for (int i = 0; i < TWIN_MAPPINGS; i++) {
		const struct twin_mapping *m = &t->mapping[i];

		if (m->used && m->protocol == protocol &&
		    endpoint_equal(m->internal, internal) &&
		    endpoint_equal(m->depends, on))
			return i;
	}
	return -1;
}

/**
 * clash() - whether two mappings on one external endpoint could not be told
 * apart by their remote endpoints, or are of two hosts (no overloading here)
 */
static bool clash(const struct twin_mapping *a, struct endpoint internal,
		  struct endpoint on)
{
	if (!endpoint_equal(a->internal, internal) || !on.addr ||
	    !a->depends.addr)
		return true;
	if (a->depends.addr != on.addr)
		return false;
	return !a->depends.port || !on.port || a->depends.port == on.port;
}

/** host_of() - the entry of an internal address */
static struct twin_host *host_of(struct twin *t, uint32_t internal)
{
	unsigned i = 0;

	while (t->host[i].internal && t->host[i].internal != internal)
		i++;
	t->host[i].internal = internal;
	return &t->host[i];
}

const char *twin_port_made(struct twin *t, const struct twin_packet *p,
			   struct endpoint external, int *mapping)
{
	struct endpoint on = depends(t, p->dst);
	struct twin_host *host = host_of(t, p->src.addr);
	int i = 0;

	if (!twin_port_in_pool(t, external.addr))
		return "an external address that is not in the pool";
	if (external.port < t->first || external.port > t->last)
		return "a port outside of the range";
	if (host->external && host->external != external.addr)
		return "not the paired address (RFC 4787 REQ-2)";
	if (rests(t, p->protocol, external))
		return "a port that rests (RFC 6888 REQ-8)";
	for (unsigned k = 0; k < TWIN_MAPPINGS; k++)
		if (t->mapping[k].used &&
		    t->mapping[k].protocol == p->protocol &&
		    endpoint_equal(t->mapping[k].external, external) &&
		    clash(&t->mapping[k], p->src, on))
			return "a port that is taken (RFC 4787 REQ-3)";
	host->external = external.addr;
	while (t->mapping[i].used)
		i++;
	t->mapping[i] = (struct twin_mapping){
		.used = true,
		.protocol = p->protocol,
		.internal = p->src,
		.external = external,
		.depends = on,
		.filtering = t->rules.filtering,
		.hold = t->rules.timer[NAT_TIMER_HOLD_DOWN],
		.order = ++t->order,
	};
	*mapping = i;
	return NULL;
}

const char *twin_port_none(const struct twin *t, const struct twin_packet *p)
{
	uint32_t paired = 0;

	for (unsigned i = 0; i < TWIN_HOSTS; i++)
		if (t->host[i].internal == p->src.addr)
			paired = t->host[i].external;
	for (size_t i = 0; i < t->n_pool; i++) {
		struct endpoint e = {t->pool[i], t->first};

		if (paired && paired != e.addr)
			continue;
		for (uint32_t port = t->first; port <= t->last; port++) {
			e.port = (uint16_t)port;
			if (!twin_port_taken(t, p->protocol, e) &&
			    !rests(t, p->protocol, e))
				return "refused though a port is free";
		}
	}
	return NULL;
}

/** permits() - whether a mapping lets a caller in who has no session yet */
static bool permits(const struct twin *t, unsigned mapping, uint32_t caller)
{
	switch (t->mapping[mapping].filtering) {
	case NAT_FILTER_EIF:
		return true;
	case NAT_FILTER_ADF:
		for (unsigned i = 0; i < TWIN_SESSIONS; i++)
			if (t->session[i].used && t->session[i].keeper &&
			    t->session[i].mapping == mapping &&
			    t->session[i].remote.addr == caller)
				return true;
		break;
	case NAT_FILTER_APDF:
		break;
	}
	return false;
}

int twin_port_permits(const struct twin *t, const struct twin_packet *p)
{
	int found = -1;

	for (int i = 0; i < TWIN_MAPPINGS; i++) {
		const struct twin_mapping *m = &t->mapping[i];

		if (!m->used || m->protocol != p->protocol ||
		    !endpoint_equal(m->external, p->dst))
			continue;
		/* The one that is the caller's decides, if there is one. */
		if (m->depends.addr == p->src.addr &&
		    (!m->depends.port || m->depends.port == p->src.port))
			return permits(t, (unsigned)i, p->src.addr) ? i : -1;
		/* Else the newest that permits it: a choice, no rule. */
		if (permits(t, (unsigned)i, p->src.addr) &&
		    (found < 0 || m->order > t->mapping[found].order))
			found = i;
	}
	return found;
}

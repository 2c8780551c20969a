// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan - what the settings and the host's addresses come to together
 */
#include "gateway/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** struct scene - what plan_make() was called with */
struct scene {
	const struct conf *conf;
	unsigned wan;
	const unsigned *lan;
	const struct plan_address *address;
	size_t n_address;
};

/** add() - append an address to one of the plan's lists */
static int add(uint32_t **list, size_t *n, uint32_t addr)
{
	uint32_t *more = realloc(*list, (*n + 1) * sizeof(**list));

	if (!more)
		return -ENOMEM;
	more[(*n)++] = addr;
	*list = more;
	return 0;
}

/** add_range() - append a range to the pool */
static int add_range(struct plan *plan, uint32_t first, uint32_t last,
		     bool host)
{
	struct nat_pool_range *more;

	more = realloc(plan->range, (plan->n_range + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	more[plan->n_range++] = (struct nat_pool_range){first, last, host};
	plan->range = more;
	return host ? add(&plan->own, &plan->n_own, first) : 0;
}

/** is_host() - whether the host owns an address */
static bool is_host(const struct scene *scene, uint32_t addr)
{
	size_t i;

	for (i = 0; i < scene->n_address; i++)
		if (scene->address[i].addr == addr)
			return true;
	return false;
}

/**
 * add_pieces() - a range, without what the pool has already, cut at the host's
 * own addresses
 */
static int add_pieces(struct plan *plan, const struct scene *scene,
		      uint32_t first, uint32_t last)
{
	/* 64 bits, so that the address after 255.255.255.255 exists */
	uint64_t at = first, end, next;
	size_t i, n_before = plan->n_range;
	bool host, known;
	int error;

	for (; at <= last; at = end) {
		host = is_host(scene, (uint32_t)at);
		known = false;
		end = host ? at + 1 : (uint64_t)last + 1;
		for (i = 0; i < scene->n_address && !host; i++) {
			next = scene->address[i].addr;
			if (next > at && next < end)
				end = next;
		}
		for (i = 0; i < n_before; i++) {
			next = plan->range[i].first;
			if (next <= at && at <= plan->range[i].last) {
				known = true;
				end = (uint64_t)plan->range[i].last + 1;
			} else if (!known && next > at && next < end) {
				end = next;
			}
		}
		if (known)
			continue;
		error = add_range(plan, (uint32_t)at, (uint32_t)end - 1, host);
		if (error)
			return error;
	}
	return 0;
}

/** interface_address() - the WAN's first address; NULL if it has none */
static const struct plan_address *interface_address(const struct scene *scene)
{
	const struct plan_address *found = NULL;
	size_t i;

	for (i = 0; i < scene->n_address; i++) {
		const struct plan_address *a = &scene->address[i];

		if (a->index != scene->wan || !scene->wan)
			continue;
		if (!found || (found->secondary && !a->secondary))
			found = a;
	}
	return found;
}

/** make_pool() - the external addresses */
static int make_pool(struct plan *plan, const struct scene *scene)
{
	const struct plan_address *own;
	int error = 0;
	size_t i;

	for (i = 0; i < scene->conf->n_pool && !error; i++) {
		const struct conf_pool_entry *e = &scene->conf->pool[i];

		if (!e->interface) {
			error = add_pieces(plan, scene, e->first, e->last);
			continue;
		}
		own = interface_address(scene);
		if (own)
			error = add_pieces(plan, scene, own->addr, own->addr);
	}
	return error;
}

/** is_private() - RFC 1918, RFC 6598, link-local: may not show outside */
static bool is_private(uint32_t addr)
{
	return addr >> 24 == 10 || addr >> 20 == 0xac1 ||
	       addr >> 16 == 0xc0a8 || addr >> 22 == 0x191 ||
	       addr >> 16 == 0xa9fe;
}

/**
 * is_own_source() - whether the host may send from an address by the WAN
 *
 * From the WAN's own addresses, whatever they are; not from a LAN's; from
 * those of other interfaces only if they are public: a packet that some
 * program sends from, say, a container bridge's address is translated like a
 * client's, for it would leak a private source.
 */
static bool is_own_source(const struct scene *scene,
			  const struct plan_address *a)
{
	size_t i;

	if (a->index == scene->wan)
		return true;
	for (i = 0; i < scene->conf->n_lan; i++)
		if (a->index == scene->lan[i] ||
		    a->addr == scene->conf->lan[i].address)
			return false;
	return !is_private(a->addr);
}

/** make_hosts() - the lists of the host's addresses */
static int make_hosts(struct plan *plan, const struct scene *scene)
{
	size_t i;
	int error = 0;

	for (i = 0; i < scene->n_address && !error; i++) {
		const struct plan_address *a = &scene->address[i];

		if (a->addr >> 24 == 127)
			continue;
		error = add(&plan->host, &plan->n_host, a->addr);
		if (!error && is_own_source(scene, a))
			error = add(&plan->source, &plan->n_source, a->addr);
	}
	return error;
}

/**
 * on_wan() - whether an address is inside a subnet of the WAN
 *
 * The subnet's network and broadcast addresses are not: nobody asks for them.
 */
static bool on_wan(const struct scene *scene, uint32_t addr)
{
	size_t i;

	for (i = 0; i < scene->n_address; i++) {
		const struct plan_address *a = &scene->address[i];
		uint32_t mask = prefix_mask(a->bits);

		if (a->index != scene->wan || !a->bits ||
		    (addr & mask) != (a->addr & mask))
			continue;
		if (a->bits >= 31 ||
		    ((addr & ~mask) != 0 && (addr & ~mask) != ~mask))
			return true;
	}
	return false;
}

/** make_local() - the addresses that nobody would answer ARP for */
static int make_local(struct plan *plan, const struct scene *scene)
{
	uint64_t addr;
	size_t i;
	int error = 0;

	for (i = 0; i < plan->n_range; i++) {
		const struct nat_pool_range *r = &plan->range[i];

		if (r->host)
			continue;
		for (addr = r->first; addr <= r->last && !error; addr++) {
			if (!on_wan(scene, (uint32_t)addr))
				continue;
			if (plan->n_local >= PLAN_LOCAL_MAX) {
				plan->cut = true;
				return 0;
			}
			error = add(&plan->local, &plan->n_local,
				    (uint32_t)addr);
		}
	}
	return error;
}

int plan_make(struct plan *plan, const struct conf *conf, unsigned wan,
	      const unsigned *lan, const struct plan_address *address,
	      size_t n_address)
{
	const struct scene scene = {conf, wan, lan, address, n_address};
	int error;

	memset(plan, 0, sizeof(*plan));
	error = make_pool(plan, &scene);
	if (!error)
		error = make_hosts(plan, &scene);
	if (!error)
		error = make_local(plan, &scene);
	if (error)
		plan_clean(plan);
	return error;
}

void plan_clean(struct plan *plan)
{
	free(plan->range);
	free(plan->own);
	free(plan->source);
	free(plan->local);
	free(plan->host);
	memset(plan, 0, sizeof(*plan));
}

bool plan_same_pool(const struct plan *a, const struct plan *b)
{
	size_t i;

	if (a->n_range != b->n_range || a->n_source != b->n_source)
		return false;
	for (i = 0; i < a->n_source; i++)
		if (a->source[i] != b->source[i])
			return false;
	for (i = 0; i < a->n_range; i++)
		if (a->range[i].first != b->range[i].first ||
		    a->range[i].last != b->range[i].last ||
		    a->range[i].host != b->range[i].host)
			return false;
	return true;
}

const struct plan_address *plan_overlap(const struct conf *conf, unsigned wan,
					const struct plan_address *address,
					size_t n_address, size_t *which)
{
	size_t i, j;

	for (i = 0; i < n_address; i++) {
		if (address[i].index != wan)
			continue;
		for (j = 0; j < conf->n_lan; j++) {
			const struct conf_lan *lan = &conf->lan[j];
			uint32_t mask = prefix_mask(lan->bits) &
					prefix_mask(address[i].bits);

			if ((lan->address & mask) == (address[i].addr & mask)) {
				*which = j;
				return &address[i];
			}
		}
	}
	return NULL;
}

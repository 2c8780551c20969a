// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * block - the ports that may be given out, and whose they are by computation
 *
 * The arithmetic is the engine's own (nat/deterministic.c). Here is what it is
 * fed with: the pool, counted in ascending order as the engine does, and the
 * ports of its addresses.
 */
#include "conf/internal.h"

#include <errno.h>

#include "nat/block.h"
#include "nat/nat.h"

bool pool_has_own(const struct conf *conf)
{
	/* Without a network the pool is only a default, of no interface. */
	if (!conf->wan_interface[0] && !conf_find(conf->priv, "wan.pool"))
		return false;
	for (size_t i = 0; i < conf->n_pool; i++)
		if (conf->pool[i].interface)
			return true;
	return false;
}

struct port_span port_span(const struct conf *conf, bool own)
{
	struct port_span span = {conf->nat.port_first, conf->nat.port_last};

	if (own && span.first < PORT_WELL_KNOWN)
		span.first = PORT_WELL_KNOWN;
	if (own && span.last >= NAT_HOST_PORT_FIRST)
		span.last = NAT_HOST_PORT_FIRST - 1;
	return span;
}

/** range_of() - an element of the pool, with @own for "interface" */
static struct conf_pool_entry range_of(const struct conf_pool_entry *entry,
				       uint32_t own)
{
	if (!entry->interface)
		return *entry;
	return (struct conf_pool_entry){true, own, own};
}

/** pool_below() - how many addresses of the pool are lower than @addr */
static uint32_t pool_below(const struct conf *conf, uint32_t own, uint32_t addr)
{
	uint32_t n = 0;

	for (size_t i = 0; i < conf->n_pool; i++) {
		struct conf_pool_entry e = range_of(&conf->pool[i], own);

		if (addr > e.last)
			n += e.last - e.first + 1;
		else if (addr > e.first)
			n += addr - e.first;
	}
	return n;
}

bool pool_index(const struct conf *conf, uint32_t own, uint32_t addr,
		uint32_t *index)
{
	for (size_t i = 0; i < conf->n_pool; i++) {
		struct conf_pool_entry e = range_of(&conf->pool[i], own);

		if (addr < e.first || addr > e.last)
			continue;
		*index = pool_below(conf, own, addr);
		return true;
	}
	return false;
}

/** pool_at() - the address of the pool that has @index others below it */
static uint32_t pool_at(const struct conf *conf, uint32_t own, uint32_t index)
{
	for (size_t i = 0; i < conf->n_pool; i++) {
		struct conf_pool_entry e = range_of(&conf->pool[i], own);
		uint32_t below = pool_below(conf, own, e.first);

		if (index >= below && index - below <= e.last - e.first)
			return e.first + (index - below);
	}
	return 0;
}

/**
 * forward_of() - the 1:1 forward of an address, or NULL
 * @external:	whether the external address is asked for
 */
static const struct nat_forward *forward_of(const struct conf *conf,
					    uint32_t addr, bool external)
{
	for (size_t i = 0; i < conf->nat.n_forwards; i++) {
		const struct nat_forward *f = &conf->nat.forwards[i];

		if (!f->protocol &&
		    (external ? f->external.addr : f->internal.addr) == addr)
			return f;
	}
	return NULL;
}

/** whole_block() - all of an address, which a forward gives to its host */
static int whole_block(const struct nat_forward *f, struct conf_block *block)
{
	*block = (struct conf_block){
		.internal = f->internal.addr,
		.external = f->external.addr,
		.last = UINT16_MAX,
		.forward = f->name,
	};
	return 0;
}

/** computable() - whether there is something to compute; 0 or an error */
static int computable(const struct conf *conf, uint32_t own)
{
	if (!conf->nat.policy.deterministic)
		return -EOPNOTSUPP;
	return pool_has_own(conf) && !own ? -EDESTADDRREQ : 0;
}

int conf_block_of(const struct conf *conf, uint32_t own, uint32_t internal,
		  struct conf_block *block)
{
	const struct nat_settings *nat = &conf->nat;
	const struct nat_forward *forward = forward_of(conf, internal, false);
	struct port_span span = port_span(conf, pool_has_own(conf));
	uint32_t size = nat->policy.port_block_size, index;
	int error = computable(conf, own);
	uint16_t first;

	if (forward)
		return whole_block(forward, block);
	if (error)
		return error;
	if (!block_compute(nat->inside, nat->n_inside,
			   (uint32_t)pool_count(conf), (uint16_t)span.first,
			   (uint16_t)span.last, size, internal, &index, &first))
		return -ENOENT;
	*block = (struct conf_block){
		.internal = internal,
		.external = pool_at(conf, own, index),
		.first = first,
		.last = (uint16_t)(first + size - 1),
	};
	return 0;
}

int conf_block_at(const struct conf *conf, uint32_t own,
		  struct endpoint external, struct conf_block *block)
{
	const struct nat_settings *nat = &conf->nat;
	const struct nat_forward *forward =
		forward_of(conf, external.addr, true);
	struct port_span span = port_span(conf, pool_has_own(conf));
	int error = computable(conf, own);
	uint32_t index, internal;

	if (forward)
		return whole_block(forward, block);
	if (error)
		return error;
	if (!pool_index(conf, own, external.addr, &index) ||
	    !block_owner(nat->inside, nat->n_inside, (uint16_t)span.first,
			 (uint16_t)span.last, nat->policy.port_block_size,
			 index, external.port, &internal) ||
	    forward_of(conf, internal, false))
		return -ENOENT;
	return conf_block_of(conf, own, internal, block);
}

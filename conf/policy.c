// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * policy - behaviours, ports and blocks that exclude each other
 */
#include "conf/internal.h"

#include <string.h>

#include "nat/block.h"
#include "nat/nat.h"

/**
 * struct scope - a policy under check
 * @conf:	the settings that it is of
 * @priv:	their items
 * @load:	where errors go
 * @top:	where to point to at worst
 * @policy:	it
 * @prefix:	"nat" or "clients.phone.nat"
 * @owner:	what chose the policy as a whole: a path, "profile"
 */
struct scope {
	const struct conf *conf;
	const struct conf_priv *priv;
	struct conf_load *load;
	struct conf_origin top;
	const struct nat_policy *policy;
	const char *prefix;
	const char *owner;
};

/**
 * blame() - where to point to: the first of these keys in the highest layer
 * @scope:	the policy
 * @keys:	below its prefix; NULL at the end
 */
static struct conf_origin blame(const struct scope *scope,
				const char *const *keys)
{
	const struct conf_item *last = NULL;

	for (; *keys; keys++) {
		const char *path =
			!strncmp(*keys, "wan.", 4)
				? *keys
				: region_print(scope->priv->region, "%s.%s",
					       scope->prefix, *keys);
		const struct conf_item *item = conf_find(scope->priv, path);

		if (item && (!last || item->rank > last->rank))
			last = item;
	}
	if (!last)
		last = conf_find(scope->priv, scope->owner);
	return last ? last->origin : scope->top;
}

/* The keys that a clash is about, for blame(). */
#define KEYS(...)                            \
	(const char *const[])                \
	{                                    \
		__VA_ARGS__, (const char *)0 \
	}

/** check_overloading() - RFC 7857 section 3: not with EIM */
static void check_overloading(const struct scope *scope)
{
	static const char *const class_prefix[NAT_CLASSES] = {
		[NAT_CLASS_OTHER] = "",
		[NAT_CLASS_TCP] = "tcp.",
		[NAT_CLASS_UDP] = "udp.",
	};

	for (unsigned c = 0; c < NAT_CLASSES; c++) {
		const struct nat_behaviour *by = &scope->policy->by[c];
		const char *prefix = class_prefix[c];
		const char *mapping;
		const char *overloading;

		if (!by->port_overloading || by->mapping != NAT_MAP_EIM)
			continue;
		mapping =
			region_print(scope->priv->region, "%smapping", prefix);
		overloading = region_print(scope->priv->region,
					   "%sport-overloading", prefix);
		conf_fail(scope->load,
			  blame(scope, KEYS(overloading, mapping,
					    "port-overloading", "mapping")),
			  "%s.%s needs %s.%s adm or apdm: with eim nothing "
			  "tells the endpoints apart",
			  scope->prefix, overloading, scope->prefix, mapping);
		return;
	}
}

/** enough_blocks() - whether the last of all internal addresses has one */
static bool enough_blocks(const struct conf *conf, struct port_span span,
			  uint32_t size)
{
	const struct nat_settings *nat = &conf->nat;
	const struct nat_prefix *last;
	uint32_t index;
	uint16_t first;

	if (!nat->n_inside)
		return true;
	last = &nat->inside[nat->n_inside - 1];
	return block_compute(
		nat->inside, nat->n_inside, (uint32_t)pool_count(conf),
		(uint16_t)span.first, (uint16_t)span.last, size,
		last->addr | ~prefix_mask(last->bits), &index, &first);
}

/** check_map() - what would make the computed blocks ambiguous */
static void check_map(const struct scope *scope)
{
	const struct conf *conf = scope->conf;
	const struct nat_settings *nat = &conf->nat;
	bool own = pool_has_own(conf);

	if (scope->policy->pooling == NAT_POOL_ARBITRARY)
		conf_fail(
			scope->load,
			blame(scope, KEYS("deterministic", "address-pooling")),
			"%s.deterministic computes the address too; write "
			"address-pooling: paired",
			scope->prefix);
	if (own && conf->n_pool > 1)
		conf_fail(scope->load,
			  blame(scope, KEYS("deterministic", "wan.pool")),
			  "%s.deterministic wants the same ports of each "
			  "address; write wan.pool without interface, or "
			  "[interface] alone",
			  scope->prefix);
	if (!own && nat->port_first < PORT_WELL_KNOWN &&
	    nat->port_last >= PORT_WELL_KNOWN)
		conf_fail(scope->load,
			  blame(scope, KEYS("deterministic", "wan.port-range")),
			  "%s.deterministic wants one range of ports, but "
			  "those below 1024 are only for clients' own such "
			  "ports; write a wan.port-range on one side of 1024",
			  scope->prefix);
}

/** check_deterministic() - RFC 7422: a block for everyone */
static void check_deterministic(const struct scope *scope)
{
	const struct nat_policy *policy = scope->policy;
	uint64_t blocks;
	struct port_span span =
		port_span(scope->conf, pool_has_own(scope->conf));
	uint32_t size = policy->port_block_size;

	if (!size) {
		conf_fail(
			scope->load,
			blame(scope, KEYS("deterministic", "port-block-size")),
			"%s.deterministic needs %s.port-block-size; write "
			"how many ports each client gets",
			scope->prefix, scope->prefix);
		return;
	}
	check_map(scope);
	blocks =
		pool_count(scope->conf) * ((span.last - span.first + 1) / size);
	if (!enough_blocks(scope->conf, span, size))
		conf_fail(scope->load,
			  blame(scope, KEYS("deterministic", "port-block-size",
					    "wan.port-range")),
			  "%s.deterministic: %llu internal addresses and only "
			  "%llu blocks of %u ports in %u-%u; write smaller "
			  "blocks, a larger wan.pool or a smaller lan",
			  scope->prefix,
			  (unsigned long long)block_hosts(
				  scope->conf->nat.inside,
				  scope->conf->nat.n_inside),
			  (unsigned long long)blocks, size, span.first,
			  span.last);
}

/** check_policy() - one policy for itself */
static void check_policy(const struct scope *scope)
{
	const struct nat_policy *policy = scope->policy;
	bool own = pool_has_own(scope->conf);
	struct port_span span = port_span(scope->conf, own);
	unsigned ports =
		span.first > span.last ? 0 : span.last - span.first + 1;

	check_overloading(scope);
	if (policy->address_only && own)
		conf_fail(scope->load,
			  blame(scope, KEYS("address-only", "wan.pool")),
			  "%s.address-only would give the gateway's own "
			  "address away, with every port; write addresses of "
			  "their own for the clients into wan.pool, and not "
			  "interface",
			  scope->prefix);
	if (policy->address_only && policy->port_block_size)
		conf_fail(scope->load,
			  blame(scope, KEYS("address-only", "port-block-size")),
			  "%s.address-only leaves ports as they are; write "
			  "port-block-size: none",
			  scope->prefix);
	if (policy->port_block_size > ports)
		conf_fail(
			scope->load,
			blame(scope, KEYS("port-block-size", "wan.port-range")),
			"%s.port-block-size is larger than wan.port-range, "
			"which has %u ports%s; write a smaller one",
			scope->prefix, ports,
			own ? " on the interface's own address" : "");
	else if (policy->deterministic)
		check_deterministic(scope);
}

/** any_bad() - whether a value was wrong that the checks depend on */
static bool any_bad(const struct conf_priv *priv)
{
	for (size_t i = 0; i < priv->n_sorted; i++) {
		const struct conf_item *item = priv->sorted[i];

		if (item->kind == ITEM_BAD &&
		    (item->base == BASE_CONF || item->base == BASE_CLIENT ||
		     item->base == BASE_LAN || item->base == BASE_POOL))
			return true;
	}
	return false;
}

/** check_alike() - computed blocks are of one size, and for everyone */
static void check_alike(const struct scope *scope)
{
	const struct nat_policy *all = &scope->conf->nat.policy;

	if (scope->policy->deterministic == all->deterministic &&
	    (!all->deterministic ||
	     scope->policy->port_block_size == all->port_block_size))
		return;
	conf_fail(scope->load,
		  blame(scope, KEYS("deterministic", "port-block-size")),
		  "%s differs from nat in deterministic or port-block-size, "
		  "but computed blocks are of one size and for everyone; "
		  "write both under nat alone",
		  scope->prefix);
}

/** check_range() - that the interface's own address has a port at all */
static void check_range(const struct scope *scope)
{
	struct port_span span = port_span(scope->conf, true);

	if (pool_has_own(scope->conf) && span.first > span.last)
		conf_fail(scope->load, blame(scope, KEYS("wan.port-range")),
			  "wan.port-range has none of the ports that the "
			  "interface's own address has for clients; write "
			  "some of %u-%u",
			  PORT_WELL_KNOWN, NAT_HOST_PORT_FIRST - 1);
}

void check_policies(const struct conf *conf, struct conf_load *load,
		    struct conf_origin top)
{
	const struct conf_priv *priv = conf->priv;
	struct scope scope = {conf,  conf->priv, load, top, &conf->nat.policy,
			      "nat", "profile"};

	if (any_bad(priv))
		return;
	check_range(&scope);
	check_policy(&scope);
	for (size_t i = 0; i < conf->nat.n_clients; i++) {
		const char *path = region_print(priv->region, "clients.%s",
						conf->nat.clients[i].name);

		scope.prefix = region_print(priv->region, "%s.nat", path);
		scope.owner = region_print(priv->region, "%s.profile", path);
		scope.policy = &conf->nat.clients[i].policy;
		/* One like the global policy has the same errors. */
		if (conf_find(priv, scope.owner) ||
		    conf_find_below(priv, scope.prefix)) {
			check_policy(&scope);
			check_alike(&scope);
		}
	}
}

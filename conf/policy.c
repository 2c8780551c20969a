// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * policy - behaviours, ports and blocks that exclude each other
 */
#include "conf/internal.h"

#include <string.h>

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

/** subscribers() - hosts that the subnets have room for */
static uint64_t subscribers(const struct conf *conf)
{
	uint64_t n = 0;

	for (size_t i = 0; i < conf->n_lan; i++)
		if (conf->lan[i].bits)
			n += (UINT64_C(1) << (32 - conf->lan[i].bits)) - 3;
	return n;
}

/** check_deterministic() - RFC 7422: a block for everyone */
static void check_deterministic(const struct scope *scope, uint32_t ports)
{
	const struct nat_policy *policy = scope->policy;
	uint64_t blocks;

	if (!policy->port_block_size) {
		conf_fail(
			scope->load,
			blame(scope, KEYS("deterministic", "port-block-size")),
			"%s.deterministic needs %s.port-block-size; write "
			"how many ports each client gets",
			scope->prefix, scope->prefix);
		return;
	}
	if (policy->pooling == NAT_POOL_ARBITRARY)
		conf_fail(
			scope->load,
			blame(scope, KEYS("deterministic", "address-pooling")),
			"%s.deterministic computes the address too; write "
			"address-pooling: paired",
			scope->prefix);
	blocks = pool_count(scope->conf) * (ports / policy->port_block_size);
	if (subscribers(scope->conf) > blocks)
		conf_fail(scope->load,
			  blame(scope, KEYS("deterministic", "port-block-size",
					    "wan.port-range")),
			  "%s.deterministic: %llu clients and only %llu blocks "
			  "of %u ports; write smaller blocks, a larger "
			  "wan.pool or a smaller lan",
			  scope->prefix,
			  (unsigned long long)subscribers(scope->conf),
			  (unsigned long long)blocks, policy->port_block_size);
}

/** check_policy() - one policy for itself */
static void check_policy(const struct scope *scope)
{
	const struct nat_policy *policy = scope->policy;
	const struct nat_settings *nat = &scope->conf->nat;
	uint32_t ports = (uint32_t)nat->port_last - nat->port_first + 1;

	check_overloading(scope);
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
			"which has %u ports; write a smaller one",
			scope->prefix, ports);
	else if (policy->deterministic)
		check_deterministic(scope, ports);
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

void check_policies(const struct conf *conf, struct conf_load *load,
		    struct conf_origin top)
{
	const struct conf_priv *priv = conf->priv;
	struct scope scope = {conf,  conf->priv, load, top, &conf->nat.policy,
			      "nat", "profile"};

	if (any_bad(priv))
		return;
	check_policy(&scope);
	for (size_t i = 0; i < conf->nat.n_clients; i++) {
		const char *path = region_print(priv->region, "clients.%s",
						conf->nat.clients[i].name);

		scope.prefix = region_print(priv->region, "%s.nat", path);
		scope.owner = region_print(priv->region, "%s.profile", path);
		scope.policy = &conf->nat.clients[i].policy;
		/* One like the global policy has the same errors. */
		if (conf_find(priv, scope.owner) ||
		    conf_find_below(priv, scope.prefix))
			check_policy(&scope);
	}
}

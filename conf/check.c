// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check - what settings must have, and what does not fit together
 *
 * Whatever was not given, or given wrongly, is left out of the comparisons: it
 * has its own error already.
 */
#include "conf/check.h"

#include <string.h>

#include "conf/dhcp.h"

struct conf_origin check_at(const struct check *check, const char *path)
{
	const struct conf_item *item = conf_find(check->priv, path);

	return item ? item->origin : check->top;
}

const char *check_path(const struct check *check, const char *collection,
		       enum conf_base base, size_t i, const char *key)
{
	return region_print(check->priv->region, "%s.%s%s%s", collection,
			    check->priv->names[base].name[i], key ? "." : "",
			    key ? key : "");
}

bool check_has(const struct check *check, const char *path)
{
	const struct conf_item *item = conf_find(check->priv, path);

	return item && item->kind == ITEM_VALUE;
}

/** check_needed() - the keys without which an element is none */
static void check_needed(const struct check *check)
{
	for (const struct conf_key *key = conf_schema; key->path; key++) {
		const char *last = strrchr(key->path, '.');
		size_t len = strcspn(key->path, ".");

		if (!(key->flags & KEY_NEEDED))
			continue;
		for (size_t i = 0; i < check->priv->names[key->base].n; i++) {
			const char *collection = region_text(
				check->priv->region, key->path, len);
			const char *path = check_path(check, collection,
						      key->base, i, last + 1);

			if (!conf_find(check->priv, path))
				conf_fail(check->load,
					  check_at(check,
						   check_path(check, collection,
							      key->base, i,
							      NULL)),
					  "%s is missing; write %s", path,
					  key->doc);
		}
	}
}

/** check_links() - there must be a lan and a wan */
static void check_links(const struct check *check)
{
	const struct conf_item *lan = conf_find(check->priv, "lan");

	if (!check->conf->n_lan && !lan)
		conf_fail(check->load, check->top,
			  "lan is missing; write lan: [{interface: eth1, "
			  "address: 192.168.77.1/24}]");
	else if (!check->conf->n_lan && lan->kind == ITEM_RESET)
		conf_fail(check->load, lan->origin,
			  "lan is empty; write at least one interface with its "
			  "address");
	if (!conf_find(check->priv, "wan.interface"))
		conf_fail(check->load, check->top,
			  "wan.interface is missing; write wan: {interface: "
			  "eth0}");
}

/** overlap() - whether a subnet and a range share an address */
static bool overlap(const struct conf_lan *lan, uint32_t first, uint32_t last)
{
	uint32_t mask = prefix_mask(lan->bits);

	return first <= (lan->address | ~mask) && last >= (lan->address & mask);
}

/** check_lan_pool() - no address both inside and outside */
static void check_lan_pool(const struct check *check, size_t i)
{
	const struct conf *conf = check->conf;

	for (size_t j = 0; j < conf->n_pool; j++) {
		const struct conf_pool_entry *entry = &conf->pool[j];

		if (!entry->interface && entry->first &&
		    overlap(&conf->lan[i], entry->first, entry->last))
			conf_fail(
				check->load,
				check_at(check, check_path(check, "wan.pool",
							   BASE_POOL, j, NULL)),
				"wan.pool and lan.%zu share addresses; the "
				"pool must lie outside of every lan",
				i);
	}
}

/** check_lans() - interfaces and subnets */
static void check_lans(const struct check *check)
{
	const struct conf *conf = check->conf;

	for (size_t i = 0; i < conf->n_lan; i++) {
		const char *path =
			check_path(check, "lan", BASE_LAN, i, "interface");

		if (conf->wan_interface[0] &&
		    !strcmp(conf->lan[i].interface, conf->wan_interface))
			conf_fail(check->load, check_at(check, path),
				  "%s is the wan's interface; name another",
				  path);
		if (!conf->lan[i].bits)
			continue;
		check_lan_pool(check, i);
		path = check_path(check, "lan", BASE_LAN, i, "address");
		for (size_t j = 0; j < i; j++) {
			uint32_t mask = prefix_mask(conf->lan[j].bits);
			uint32_t first = conf->lan[j].address & mask;

			if (conf->lan[j].bits &&
			    overlap(&conf->lan[i], first, first | ~mask))
				conf_fail(check->load, check_at(check, path),
					  "%s overlaps lan.%zu; give them "
					  "subnets of their own",
					  path, j);
		}
	}
}

/** check_pool() - no address twice, and not none */
static void check_pool(const struct check *check)
{
	const struct conf *conf = check->conf;

	const struct conf_item *pool = conf_find(check->priv, "wan.pool");

	if (!conf->n_pool && pool && pool->kind == ITEM_RESET)
		conf_fail(check->load, pool->origin,
			  "wan.pool is empty; write [interface] for the wan's "
			  "own address");
	if (pool_count(conf) > 65536)
		conf_fail(check->load, check_at(check, "wan.pool"),
			  "wan.pool has %llu addresses; write at most 65536",
			  (unsigned long long)pool_count(conf));
	for (size_t i = 1; i < conf->n_pool; i++) {
		const struct conf_pool_entry *a = &conf->pool[i];

		for (size_t j = 0; j < i; j++) {
			const struct conf_pool_entry *b = &conf->pool[j];

			if (a->interface != b->interface ||
			    a->first > b->last || b->first > a->last)
				continue;
			if (!a->interface && (!a->first || !b->first))
				continue;
			conf_fail(
				check->load,
				check_at(check, check_path(check, "wan.pool",
							   BASE_POOL, i, NULL)),
				"wan.pool.%zu repeats addresses of "
				"wan.pool.%zu; take one of them away",
				i, j);
			break;
		}
	}
}

uint64_t pool_count(const struct conf *conf)
{
	uint64_t count = 0;

	for (size_t i = 0; i < conf->n_pool; i++)
		count +=
			conf->pool[i].interface ? 1
						: (uint64_t)conf->pool[i].last -
							  conf->pool[i].first +
							  1;
	return count;
}

/** same_match() - whether two clients are the same one */
static bool same_match(const struct nat_client_rule *a,
		       const struct nat_client_rule *b)
{
	return a->by_mac == b->by_mac && a->addr == b->addr &&
	       a->bits == b->bits && !memcmp(a->mac, b->mac, sizeof(a->mac));
}

/** check_clients() - each must be told from the others */
static void check_clients(const struct check *check)
{
	const struct nat_settings *nat = &check->conf->nat;

	for (size_t i = 0; i < nat->n_clients; i++) {
		const struct nat_client_rule *a = &nat->clients[i];
		const char *path =
			check_path(check, "clients", BASE_CLIENT, i, "match");
		bool known = check_has(check, path);

		for (size_t j = 0; known && j < i; j++) {
			const struct nat_client_rule *b = &nat->clients[j];

			/* One without a match looks like 0.0.0.0/0. */
			if (!same_match(a, b) ||
			    !check_has(check,
				       check_path(check, "clients", BASE_CLIENT,
						  j, "match")))
				continue;
			conf_fail(check->load, check_at(check, path),
				  "%s is that of clients.%s too; a client has "
				  "one entry",
				  path, b->name);
			break;
		}
	}
}

void conf_check(const struct conf *conf, struct conf_load *load,
		struct conf_origin top, bool links)
{
	struct check check = {conf, conf->priv, load, top};

	check.top.line = check.top.column = 1;
	check_needed(&check);
	if (links)
		check_links(&check);
	check_lans(&check);
	check_pool(&check);
	check_clients(&check);
	check_forwards(&check);
	check_policies(conf, load, check.top);
	dhcp_check(conf, load);
}

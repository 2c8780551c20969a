// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build - from items to the structures that the gateway and the engine read
 *
 * In steps: defaults; elements of collections, with what is theirs; the global
 * policy, first what holds for every class of protocols, then for one; then the
 * same for each client, whose policy begins as its profile's or the global one,
 * and whose port rules are those of the one or the other.
 */
#include "conf/internal.h"

#include <string.h>

#include "base/log.h"
#include "conf/dhcp.h"
#include "conf/value.h"

/**
 * struct collection - where a collection's elements are in struct conf
 * @array:	offset of the pointer to the first
 * @count:	offset of their number, a size_t
 * @size:	bytes of one
 */
struct collection {
	size_t array;
	size_t count;
	size_t size;
};

#define COLLECTION(field, n_field, type)                                      \
	{                                                                     \
		offsetof(struct conf, field), offsetof(struct conf, n_field), \
			sizeof(type)                                          \
	}

static const struct collection collections[BASES] = {
	[BASE_LAN] = COLLECTION(lan, n_lan, struct conf_lan),
	[BASE_POOL] = COLLECTION(pool, n_pool, struct conf_pool_entry),
	[BASE_PORT] = COLLECTION(nat.ports, nat.n_ports, struct nat_port_rule),
	[BASE_CLIENT] =
		COLLECTION(nat.clients, nat.n_clients, struct nat_client_rule),
	[BASE_FORWARD] =
		COLLECTION(nat.forwards, nat.n_forwards, struct nat_forward),
	[BASE_EXEMPT] = COLLECTION(nat.exempt, nat.n_exempt, struct nat_exempt),
};

void *collection_element(const struct conf *conf, enum conf_base base, size_t i)
{
	const struct collection *c = &collections[base];
	unsigned char *array;

	memcpy(&array, (const unsigned char *)conf + c->array, sizeof(array));
	return array + i * c->size;
}

/** collection_add() - a zeroed element of that name */
static void *collection_add(struct conf *conf, enum conf_base base,
			    const char *name)
{
	struct conf_priv *priv = conf->priv;
	const struct collection *c = &collections[base];
	struct conf_names *names = &priv->names[base];
	size_t capacity = names->capacity;
	unsigned char *array;

	names->name = region_grow(priv->region, names->name, names->n,
				  &names->capacity, sizeof(*names->name));
	memcpy(&array, (unsigned char *)conf + c->array, sizeof(array));
	array = region_grow(priv->region, array, names->n, &capacity, c->size);
	memcpy((unsigned char *)conf + c->array, &array, sizeof(array));
	names->name[names->n++] = name;
	memcpy((unsigned char *)conf + c->count, &names->n, sizeof(names->n));
	return array + (names->n - 1) * c->size;
}

/** collection_find() - the element of that name, or NULL */
static void *collection_find(struct conf *conf, enum conf_base base,
			     const char *name)
{
	struct conf_priv *priv = conf->priv;
	const struct conf_names *names = &priv->names[base];

	/* Mostly it is the one that was there last. */
	for (size_t i = names->n; i > 0; i--)
		if (!strcmp(names->name[i - 1], name))
			return collection_element(conf, base, i - 1);
	return NULL;
}

/** element_name() - tell a new element what it is called */
static void element_name(const struct conf_item *item, void *element)
{
	if (item->base == BASE_CLIENT) {
		struct nat_client_rule *client = element;

		client->name = item->element;
	} else if (item->base == BASE_FORWARD) {
		struct nat_forward *forward = element;

		forward->name = item->element;
	} else if (item->base == BASE_PORT) {
		struct nat_port_rule *rule = element;

		/* The name was checked when it was read. */
		port_rule_parse(item->element, &rule->protocol, &rule->port);
	}
}

/** element_get() - the element that an item is about, made if need be */
static void *element_get(struct conf_load *load, struct conf *conf,
			 const struct conf_item *item)
{
	struct conf_priv *priv = conf->priv;
	void *element = collection_find(conf, item->base, item->element);

	if (element)
		return element;
	if (priv->names[item->base].n == CONF_ELEMENTS_MAX) {
		if (item->kind == ITEM_ELEMENT)
			conf_fail(load, item->origin,
				  "%s is too many; write up to %d", item->path,
				  CONF_ELEMENTS_MAX);
		return NULL;
	}
	element = collection_add(conf, item->base, item->element);
	element_name(item, element);
	return element;
}

/** store() - an item's value, at @base */
static void store(const struct conf_key *key, void *base,
		  const union conf_value *value)
{
	unsigned classes = key->flags & KEY_GENERAL ? NAT_CLASSES : 1;

	for (unsigned i = 0; i < classes; i++)
		key->type->store(key,
				 (unsigned char *)base +
					 i * sizeof(struct nat_behaviour),
				 value);
}

/**
 * store_policies() - those items of policies that are about @element
 * @element:	a client's name, or NULL: the global policy
 *
 * What holds for every class goes first, so that one class can differ.
 */
static void store_policies(const struct conf_items *items, const char *element,
			   struct nat_policy *policy)
{
	for (unsigned class = 0; class <= KEY_CLASS; class += KEY_CLASS) {
		for (size_t i = 0; i < items->n; i++) {
			const struct conf_item *item = &items->item[i];

			if (item->dead || item->kind != ITEM_VALUE ||
			    !item->key || item->key->base != BASE_POLICY ||
			    (item->key->flags & KEY_CLASS) != class ||
			    !element != !item->element ||
			    (element && strcmp(element, item->element) != 0))
				continue;
			store(item->key, policy, &item->value);
		}
	}
}

/** defaults_store() - the engine's, and those of the schema */
static void defaults_store(struct conf *conf)
{
	char why[CONF_WHY_MAX] = "";

	nat_settings_default(&conf->nat);
	dhcpd_settings_default(&conf->dhcp);
	for (const struct conf_key *key = conf_schema; key->path; key++) {
		union conf_value value = {0};
		bool parsed;

		if (!key->fallback)
			continue;
		parsed = key->type->parse(key, key->fallback, &value, why);
		base_assert(parsed && key->base == BASE_CONF);
		store(key, conf, &value);
	}
}

/** clients_build() - the policy and the port rules of each */
static void clients_build(struct conf_load *load, struct conf *conf)
{
	for (size_t i = 0; i < conf->nat.n_clients; i++) {
		struct nat_client_rule *client = &conf->nat.clients[i];
		const char *path = region_print(
			load->region, "clients.%s.profile", client->name);
		const struct conf_item *item = conf_find(conf->priv, path);

		client->policy = conf->nat.policy;
		client->ports = conf->nat.ports;
		client->n_ports = conf->nat.n_ports;
		if (item && item->kind == ITEM_VALUE) {
			const struct conf_profile *profile = profile_get(
				load, item->value.text, item->value_at);

			client->policy = profile->policy;
			client->ports = profile->ports;
			client->n_ports = profile->n_ports;
		}
		store_policies(&load->items, client->name, &client->policy);
	}
}

/** ports_build() - a profile's own port rules; they have one value each */
static void ports_build(struct conf_load *load, struct conf_profile *profile)
{
	size_t capacity = 0;

	for (size_t i = 0; i < profile->items.n; i++) {
		const struct conf_item *item = &profile->items.item[i];
		struct nat_port_rule *rule;

		if (item->kind != ITEM_VALUE || item->base != BASE_PORT)
			continue;
		profile->ports =
			region_grow(load->region, profile->ports,
				    profile->n_ports, &capacity, sizeof(*rule));
		rule = &profile->ports[profile->n_ports++];
		element_name(item, rule);
		store(item->key, rule, &item->value);
	}
}

void policy_build(struct conf_load *load, struct conf_profile *profile)
{
	struct nat_settings settings;

	nat_settings_default(&settings);
	profile->policy = settings.policy;
	store_policies(&profile->items, NULL, &profile->policy);
	ports_build(load, profile);
}

/** inside_build() - the lans' subnets, whom deterministic NAT counts */
static void inside_build(struct conf_load *load, struct conf *conf)
{
	struct nat_prefix *inside =
		region_alloc(load->region, (conf->n_lan + 1) * sizeof(*inside));

	conf->nat.inside = inside;
	for (size_t i = 0; i < conf->n_lan; i++)
		if (conf->lan[i].bits)
			inside[conf->nat.n_inside++] = (struct nat_prefix){
				conf->lan[i].address, conf->lan[i].bits};
}

struct conf *conf_build(struct conf_load *load)
{
	struct conf *conf = region_alloc(load->region, sizeof(*conf));
	struct conf_priv *priv = region_alloc(load->region, sizeof(*priv));

	conf->priv = priv;
	priv->region = load->region;
	priv->n_sorted = items_merge(load->region, &load->items, &priv->sorted);
	defaults_store(conf);
	for (size_t i = 0; i < load->items.n; i++) {
		const struct conf_item *item = &load->items.item[i];
		void *base = conf;

		if (item->dead || item->kind == ITEM_RESET ||
		    dhcp_base(item->key ? item->key->base : item->base))
			continue;
		if (item->element)
			base = element_get(load, conf, item);
		if (base && item->kind == ITEM_VALUE && item->key &&
		    item->key->base != BASE_POLICY &&
		    item->key->base != BASE_PROFILE)
			store(item->key, base, &item->value);
	}
	if (!conf->n_pool && !conf_find(priv, "wan.pool")) {
		struct conf_pool_entry *entry =
			collection_add(conf, BASE_POOL, "0");

		entry->interface = true;
	}
	store_policies(&load->items, NULL, &conf->nat.policy);
	clients_build(load, conf);
	inside_build(load, conf);
	conf_dhcp_build(load, conf);
	return conf;
}

/** sorted_bound() - the first living item not below @path in order */
static size_t sorted_bound(const struct conf_priv *priv, const char *path)
{
	size_t low = 0;
	size_t n = priv->n_sorted;

	while (n) {
		size_t half = n / 2;

		if (strcmp(priv->sorted[low + half]->path, path) < 0) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return low;
}

const struct conf_item *conf_find(const struct conf_priv *priv,
				  const char *path)
{
	size_t i = sorted_bound(priv, path);

	if (i < priv->n_sorted && !strcmp(priv->sorted[i]->path, path))
		return priv->sorted[i];
	return NULL;
}

const struct conf_item *conf_find_below(const struct conf_priv *priv,
					const char *path)
{
	const char *prefix = region_print(priv->region, "%s.", path);
	size_t i = sorted_bound(priv, prefix);

	if (i < priv->n_sorted &&
	    !strncmp(priv->sorted[i]->path, prefix, strlen(prefix)))
		return priv->sorted[i];
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flow - which settings one flow follows, and who set them
 *
 * The way of conf/build.c backwards. What was set for the client wins over its
 * profile, or over the global settings where it has none; and in each of them
 * what was set for the class of protocols over what holds for all.
 */
#include "conf/internal.h"

#include <string.h>

#include "conf/value.h"

/**
 * struct flow - a flow to explain
 * @conf:	settings
 * @priv:	their items
 * @client:	its rule, or NULL
 * @profile:	the client's own, or NULL: the global settings are below it
 * @policy:	its policy
 * @protocol:	IP protocol
 * @class:	of it
 * @fn:		takes the entries
 * @arg:	for it
 */
struct flow {
	const struct conf *conf;
	const struct conf_priv *priv;
	const struct nat_client_rule *client;
	const struct conf_profile *profile;
	const struct nat_policy *policy;
	uint8_t protocol;
	enum nat_class class;
	conf_entry_fn *fn;
	void *arg;
};

const struct nat_client_rule *conf_client_of(const struct conf *conf,
					     uint32_t addr)
{
	const struct nat_client_rule *found = NULL;

	/* the longest prefix counts, as in the engine */
	for (size_t i = 0; i < conf->nat.n_clients; i++) {
		const struct nat_client_rule *c = &conf->nat.clients[i];

		if (!c->by_mac && !((addr ^ c->addr) & prefix_mask(c->bits)) &&
		    (!found || c->bits > found->bits))
			found = c;
	}
	return found;
}

/** profile_item() - what a profile itself says of @path, or NULL */
static const struct conf_item *profile_item(const struct conf_profile *profile,
					    const char *path)
{
	for (size_t i = 0; i < profile->items.n; i++) {
		const struct conf_item *item = &profile->items.item[i];

		if (item->kind == ITEM_VALUE && !strcmp(item->path, path))
			return item;
	}
	return NULL;
}

/** client_item() - what was set for the client; NULL if nothing */
static const struct conf_item *client_item(const struct flow *flow,
					   const char *path)
{
	char own[CONF_PATH_MAX];

	if (!flow->client)
		return NULL;
	snprintf(own, sizeof(own), "clients.%s.%s", flow->client->name, path);
	return conf_find(flow->priv, own);
}

/** shared_item() - what its profile says, or the global settings */
static const struct conf_item *shared_item(const struct flow *flow,
					   const char *path)
{
	return flow->profile ? profile_item(flow->profile, path)
			     : conf_find(flow->priv, path);
}

/** item_of() - what decided a key for this flow, or NULL: the default */
static const struct conf_item *item_of(const struct flow *flow,
				       const struct conf_key *key)
{
	static const char *const classes[NAT_CLASSES] = {
		[NAT_CLASS_TCP] = "tcp.",
		[NAT_CLASS_UDP] = "udp.",
	};
	const char *class = classes[flow->class];
	const struct conf_item *item = NULL;
	char path[CONF_PATH_MAX] = "";

	if (key->flags & KEY_GENERAL && class)
		snprintf(path, sizeof(path), "nat.%s%s", class,
			 key->path + strlen("nat."));
	if (path[0])
		item = client_item(flow, path);
	if (!item)
		item = client_item(flow, key->path);
	if (!item && path[0])
		item = shared_item(flow, path);
	return item ? item : shared_item(flow, key->path);
}

/** concerns() - whether a setting is about flows of this protocol */
static bool concerns(const struct flow *flow, const char *path)
{
	static const struct {
		const char *prefix;
		uint8_t protocol;
	} only[] = {
		{"nat.tcp-", 6},       {"nat.udp-", 17},
		{"nat.icmp-", 1},      {"nat.expiry-notify", 6},
		{"nat.stray-outb", 6},
	};

	for (size_t i = 0; i < sizeof(only) / sizeof(only[0]); i++)
		if (!strncmp(path, only[i].prefix, strlen(only[i].prefix)))
			return flow->protocol == only[i].protocol;
	return strcmp(path, "nat.other-timeout") != 0 ||
	       (flow->protocol != 6 && flow->protocol != 17 &&
		flow->protocol != 1);
}

/** tell() - hand out one entry */
static void tell(const struct flow *flow, const struct conf_key *key,
		 const struct conf_item *item, const void *base)
{
	char text[CONF_VALUE_MAX] = "";
	struct conf_entry entry = {
		.path = item ? item->path : key->path,
		.pattern = key->path,
		.value = text,
		.doc = key->doc,
	};

	if (!key->type->format(key, base, text))
		return;
	if (item)
		entry.origin = item_origin(flow->priv, item);
	flow->fn(&entry, flow->arg);
}

/** rule_item() - what made the port rule of that index; NULL: not found */
static const struct conf_item *rule_item(const struct flow *flow, size_t index)
{
	const struct conf_names *names = &flow->priv->names[BASE_PORT];
	char path[CONF_PATH_MAX];

	if (!flow->profile && index >= names->n)
		return NULL;
	if (!flow->profile) {
		snprintf(path, sizeof(path), "ports.%s.timeout",
			 names->name[index]);
		return conf_find(flow->priv, path);
	}
	for (size_t i = 0; i < flow->profile->items.n; i++) {
		const struct conf_item *item = &flow->profile->items.item[i];

		if (item->kind == ITEM_VALUE && item->base == BASE_PORT &&
		    !index--)
			return item;
	}
	return NULL;
}

/** tell_rule() - the rule for its remote port, if there is one */
static void tell_rule(const struct flow *flow, uint16_t port)
{
	const struct nat_settings *nat = &flow->conf->nat;
	const struct nat_port_rule *rules =
		flow->client ? flow->client->ports : nat->ports;
	size_t n = flow->client ? flow->client->n_ports : nat->n_ports;

	for (size_t i = 0; i < n; i++) {
		const struct conf_item *item;

		if (rules[i].port != port ||
		    (rules[i].protocol && rules[i].protocol != flow->protocol))
			continue;
		item = rule_item(flow, i);
		if (item)
			tell(flow, item->key, item, &rules[i]);
		return;
	}
}

void conf_flow_foreach(const struct conf *conf,
		       const struct nat_client_rule *client, uint8_t protocol,
		       uint16_t port, conf_entry_fn *fn, void *arg)
{
	/* Settings that were put together by hand have no origins. */
	static const struct conf_priv none;
	struct flow flow = {
		.conf = conf,
		.priv = conf->priv ? conf->priv : &none,
		.client = client,
		.policy = client ? &client->policy : &conf->nat.policy,
		.protocol = protocol,
		.class = nat_class_of(protocol),
		.fn = fn,
		.arg = arg,
	};
	size_t shift = flow.class * sizeof(struct nat_behaviour);

	if (client && client->profile)
		flow.profile = profile_find(flow.priv, client->profile);
	for (const struct conf_key *key = conf_schema; key->path; key++)
		if (key->base == BASE_POLICY && !(key->flags & KEY_CLASS) &&
		    concerns(&flow, key->path))
			tell(&flow, key, item_of(&flow, key),
			     (const unsigned char *)flow.policy +
				     (key->flags & KEY_GENERAL ? shift : 0));
	tell_rule(&flow, port);
}
